class A: pass
class B(): x = 1
class C(A, B, metaclass=M, **kwargs): "Docstring."
class D(*bases, A, key=1, *more): ...
class E(
    A,
):
    """Docstring,

    of several lines."""

    x: int = 1
    y: str

    @property
    def p(self): return self.__p

    @p.setter
    def p(self, value, /): self.__p = value

    class Nested(A): class_ = 1; other = 2

    async def m(self): ...
    if x:
        def n(self): ...
    else:
        n = None

@d
class F: pass
@d(1)
@e
class G(A): pass
