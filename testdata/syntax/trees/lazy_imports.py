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
