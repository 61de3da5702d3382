"""Annotations: of parameters in the order in which they are visited, of variables, in blocks that may not run."""
x: int = 1
(y): int
a.b: other


def function(a: A, /, b: B, *c: C, d: D, **e: E) -> R:
    """A docstring."""
    local: not_evaluated = 1
    scope: lambda: b
    other: [x for x in c]
    def inner(p: local): return super


async def plain(): return lambda: (yield)


class Class:
    "Another"
    x: int
    __private: Class.__private
    def plain(self): return self
    def annotated(self: x, y: super): return __class__
    def generic[T](self: x, y: T): return __class__
    calls = lambda: x
    genexp = (x for x in y)
    __classdict__: [x for x in y]

    class Inner:
        if x:
            y: Class
        def method(self: y) -> int: ...


class Conditional:
    if x:
        a: int
    elif y:
        b: int
    for c in d:
        e: int
    while f: pass
    g: int

    def method(self):
        try:
            self.h: int = 1
            i: int
        finally:
            pass


def around(a, b):
    class Local:
        c: a
        def method(self, d: b): return a
        e = [__classdict__ for _ in a]
        f = [(lambda: __classdict__) for _ in a]
        g = [(__class__, lambda: __class__) for _ in a]
    return Local
