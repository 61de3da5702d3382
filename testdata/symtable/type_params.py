"""Type parameters, bounds and aliases (PEP 695)."""
type Simple = int
type Generic[T, *Ts, **P] = tuple[T, *Ts, P, Simple]


def function[T: (int, str), U: list[T]](a: T, b: U = 1, *, c: T = 2, d) -> U:
    type Local = T
    def inner(): return T, U, a
    return inner


async def no_defaults[T](): return T


class Class[T: Simple](Base[T], metaclass=T):
    x: T
    type Alias = x
    type GenericAlias[A: x] = tuple[A, x, T, Simple]

    def method[M: Alias](self, a: x, b=Alias) -> M:
        return super(), M, T

    class Inner[I](Alias):
        def method[M](self: __private): return I, M, T, x


def around(x, y):
    class Class:
        x = 1
        global y
        nonlocal_ = 2
        type Alias[T: x] = (x, y, T)
        def method[T: y](self: x): return x, y
    class Declared:
        nonlocal x
        type Alias = x
        [z for z in x]
        type Inlined = z
    return Alias


class Mangled[__T]:
    __x: __T


__leaked = 1


def shadows[T](T): return T
