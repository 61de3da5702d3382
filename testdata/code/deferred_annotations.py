x: int
y: int = 1
(z): int = 2
a.b: c
a[d]: e = 3
if f:
    g: int
    h: str = ""
else:
    i: int
for j in k:
    l: j
    while m:
        n: m
with o as p:
    q: p
try:
    r: int
except s:
    t: s
else:
    u: int
finally:
    v: int
match w:
    case 1:
        aa: int
    case _:
        bb: str


def ff(a: int, /, b: str = "", *c: x, d: y = 1, **e: z) -> (x, y):
    g: int
    h: a = 1
    i: lambda: a
    (j): [k for k in a]
    self.l: b = 2
    return a


def gg(*a: *b, c, d: "str"): pass
def hh() -> None: pass
async def ii(a: (yield_, 1), b: [x for x in y]): pass


class A:
    x: int
    y: int = x
    T = int

    def m(self, a: T, b: "A") -> T:
        c: T = a
        self.d: T = c

        def inner(e: a, f: T) -> b: return e
        return inner

    if T:
        z: T
    for w in T:
        v: w

    class B:
        x: T

        def n(self: x) -> T: return __class__

    @property
    def p(self) -> int: return super().p

    u: [t for t in x]
    s: lambda: T
    __r: T
    def __q(self, __a: __r): pass


def outer(a, b):
    class C:
        x: a
        y: b = 1

        def m(self, c: a) -> b: return a
    def inner(d: a, e: C): return b
    return inner


class G[T: int]:
    x: T
    y: list[T]

    def m[U](self, a: T, b: U) -> x: pass


def k[T](a: T, b: int = 1, *, c: T = 2) -> T:
    def n(d: T) -> a: pass
    return n


type Alias[T] = list[T]


@decorator(a := 1)
def decorated(a: int): pass


if x:
    def conditional(a: x): pass

    class Conditional:
        y: x
