"""Classes: bases, keywords, super, __class__, mangling, scopes."""


class Empty: pass


class Docstring:
    """The docstring."""


class Body(Base, other.Base, *bases, metaclass=Meta, flag=True, **keywords):
    attribute = 1
    annotated: int = 2
    only_annotated: str
    (parenthesised): int = 3
    self.attribute: int
    items[0]: int = 4

    def method(self):
        return __class__

    def calls_super(self):
        super().__init__()
        return super().attribute

    def two_arguments(self):
        super(Body, self).method(1, key=2)
        super(Body, self).attribute.other()
        return super(Body, self).attribute

    def nested_super(self):
        def inner():
            return super().x
        return [super().y for _ in inner()]

    @property
    def prop(self): return self._x

    @prop.setter
    def prop(self, value): self._x = value

    @classmethod
    def make(cls): return cls()


class __Private:
    __attribute = 1

    def __method(self, __parameter, *__args, __key=1, **__kw):
        self.__attribute = __parameter
        del self.__attribute
        global __global
        __global = __args
        import __module, __package.__sub as __alias
        from .__x import __y, __z as __w
        __local: int = 1
        lambda __q: (__q, __local)
        f(__keyword=1)
        self.__dunder__
        class __Inner:
            __z = __local
        try: pass
        except E as __e: __e
        for __i in []: pass
        [__c for __c in __args]
        match __args:
            case __Private(__attribute=__n): pass
            case {"k": __v, **__rest}: pass
            case [__a, *__b]: pass


class _: __x = 1


class ___: __x = 1


class Scopes:
    x = 1
    y = [x for _ in range(x)]
    z = {x: a for a in y if x}
    g = (x for x in y)
    lam = lambda self: x

    def method(self):
        return x

    class Inner:
        x = x
        def m(self): return __class__, x


def function():
    x = 1

    class Local:
        x = x
        print(x)
        y = x

        def m(self): return x
    class Reads:
        print(x)
        def m(self): return x, Local
    return Local


class ClassCellInComprehension:
    def f(self): return [__class__ for _ in ()]
    g = lambda: __class__


class UsesLocals:
    nonlocal_ = locals()
    global gl
    gl = 2
    __slots__ = ("a", "b")


class NoBody(object): ...


class NotDocstring:
    f"formatted {1}"
    x: "annotation"


@decorator
@other(1)
class Decorated(Base): x = 1


class C(A, B): a = b = c = None


class Conditional(A if c else B, m=1 if d else 2): pass
