"""Simple statements, alone and several on a line."""; x = 1; y = 2;
pass
del a, b.c, d[0], (e, [f, g]), (h), [],
del (
    a,
    b
)
assert a
assert a, "message"
assert(a), (b, c)
raise
raise E
raise E() from cause
return_value = yield_value = a, = b,
global g
x: int
x: int = 3
(x): int = 3
x.y: list[int] = []
x[0]: "str"
(x.y): t = yield
x: tuple = 1, *rest
a = b = c = d
a, b = b, a
(a, b), [c, *d], e.f, g[0] = h
*a, = b
[*a, b] = c
() = []
a += 1; a -= 1; a *= 1; a /= 1; a //= 1; a %= 1; a @= 1; a **= 1; a >>= 1; a <<= 1; a &= 1; a ^= 1; a |= 1
a.b += yield
a[b] -= c, d
(a) *= await_
import a
import a.b.c
import a as b, c.d as e
from a import b
from a.b import c as d, e
from . import f
from .. import g as h
from ... import i
from .... import j
from .a import *
from ...a.b import (c, d as e,)
from . a . b import c
match = case = type = _ = 1
match; case; type
match.a; match(1); match[2]; match * a; match - b; match, c
print(match, case, type)
type: int
match: int = 1
type(x)
type, x = y
type = type
1
"a" "b"
...
a; b; c
lambda: 0
not a
yield_ = (yield)
