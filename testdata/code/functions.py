"""Parameters of every kind, defaults, closures and decorators."""


def none(): pass


def positional(a, b, /, c, d=1, *args, e, f=2, **kwargs):
    return a, b, c, d, args, e, f, kwargs


def only_defaults(a=1, b="two", c=(3, 4), d=None): ...


def mutable_defaults(a=[], b={}, *, c=a_global, d=1 + x): ...


def keyword_only(*, a, b=1, c): return a + b + c


def annotated(a: int, /, b: "str" = "x", *args: tuple[int, ...], c: list = [], **kw: dict) -> None: ...


def annotated_partly(a, b: int, c) -> int: return a


def star_annotation(*args: *Ts): ...


@decorator
def decorated(): ...


@first.attribute
@second(1, *two, key=3)
@(lambda f: f)
def decorated_often(
    a=1,
    *,
    b=2,
):
    return a


def outer(a, b):
    c = a

    def inner(d):
        nonlocal c
        c += d + b

        def innermost():
            return a, b, c, d
        return innermost
    return inner


def cell_parameters(self, *args, key, **kwargs):
    return lambda: (self, args, key, kwargs)


def recursive(n):
    def step(m):
        return step(m - 1) if m else n
    return step(n)


def deleted(a):
    del a
    try:
        return a
    finally:
        del b
    b = 1


def docstring():
    """The docstring."""


def docstring_only(): "just this"


def no_docstring():
    b"bytes"
    "a string behind"
    return "no docstring"


def not_a_docstring():
    "folded" + " string"
    return 1


def locals_unbound():
    print(x)
    x = 1
    del x
    print(x)
    for y in ():
        pass
    return y


def reads_before(flag):
    if flag:
        z = 1
    return z


def many_parameters(a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9): return b9


lam = lambda: 0
lam = lambda x: x
lam = lambda x, *y, z=1, **w: (x, y, z, w)
lam = lambda *, k: k
lam = lambda x=lambda y=1: y: lambda: x
lam = (lambda a, /, b: (yield a))


def globals_in_functions():
    global new_global, other
    new_global = 1
    def f():
        return new_global
    class C:
        new_global = 2
        def m(self): return new_global
    other = f
