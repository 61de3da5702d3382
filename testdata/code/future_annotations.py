"""Annotations as strings, in the compiler's own spelling."""
from __future__ import annotations

a: int
b: dict[str, list[int] | None] = {}
c: "already a string"
d: ( x . y )
e: lambda x, /, y=1, *z, k, m=2, **w: (x, y)
f: lambda *, k: 0
g: lambda: 0
h: a if b else c
i: not a and (b or c) and not (d and e)
j: a < b <= c != d is not e not in f
k: (a + b) * c - d ** -e ** f // g % h @ i
l: -(-a) + ~b ** +c
m: (a, b)
n: (a,)
o: ()
p: x[a, b]
q: x[a:b, c::d, :]
r: x[*a]
s: x[(a,)]
t: [a, *b, {c}, {d: e, **f}, {}]
u: [x for x in y if z if w for a, b in c]
w: {x: y for x in z}
x: (x for x in y)
y: f(x for x in y)
z: f(a, *b, c=d, **e)
aa: f"{a}{b!r:>{c}} {{}} {d=}"
ab: f'{"x"} {chr(39)!s}'
ac: u"unicode"
ad: "it's" 'say "hi"' '\n\t\\\x00\xa0\u200bé中\U0001f600\ud800'
ae: b"bytes\xff'\n"
af: 1 .real + 1.0.real + 1j.imag
ag: 1e1000 - 1e-5 + 1e16 + 1e15 + 123456789.0 + 0.1 + 5e-324
ah: 0xff + 0b1 + 1_000 + 10**100 + 123456789012345678901234567890
ai: 1e1000j + 2.5j
aj: ...
ak: None
al: x
am: x.y.z[0](1).w
an: y
ao: z
ap: w
aq: {**a, "b": c or d}
ar: f"{ {1: 2} }{lambda_}{(lambda: 1)}"
at: 1 + 2
au: -1
av: (1, 2)
aw: not not a
ax: a @ b | c & d ^ e << f >> g
ay: [*a, *b][0]
az: (a if b else c) if (d if e else f) else g


def function(a: int, /, b: str = 1, *args: *Ts, c: list[T], **kw: x.y) -> Self | None: ...


class Class[T](Base):
    attribute: T = 1
    __private: __Mangled
    def method[U](self, a: __Mangled[U]) -> T: v: int = 2


async def coroutine(x: y): ...
