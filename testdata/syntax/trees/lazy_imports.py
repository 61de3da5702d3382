# since: 3.15
lazy import a
lazy import a.b as c, d
lazy from a import b
lazy from . import c as d, e
lazy from ..a.b import (c, d,)
lazy = 1
lazy.a; lazy(b); lazy[c]
lazy: int
if lazy: lazy import x; lazy from y import z
[*a for a in b], {*a for a in b}, (*a for a in b), {**a for a in b}, f(*a for a in b)
[*a, *b], [*(a or b) for c in d], {**a for a in b if c for d in e}
[*a async for a in b], [*a | b for a in b]
match x:
    case +1: pass
    case +1.5 | -1: pass
    case +1 - 2j: pass
    case {+1: a}: pass
