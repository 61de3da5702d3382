# since: 3.13
type A[T = int] = T
type B[T: (int, str) = int, *Ts = *tuple[int, ...], **P = [str]] = tuple[T, *Ts]


def f[T = int, U: str = "x", *Ts = *tuple[()], **P = ...](a: T, *b: *Ts) -> U:
    return a


def g[T = (lambda: T), U = [x for x in (1, 2)], V = {y: z for y, z in T}](a=1, *, b=2): pass


class C[T = "C", U: object = T](list[T], metaclass=type):
    default = int

    def m[V = default, W: default = T](self, a: V) -> W:
        return self

    def n[V: [x for x in default], W = {y for y in [default]}](self): pass

    type X[V = default] = V

    class D[T = default]: pass


async def h[T = None](): pass


def outer(x):
    def inner[T = x, U: x = [x for y in x]](): return x
    type Y[T = x] = x
    class E[T = x](x): z = x
    return inner, Y, E
