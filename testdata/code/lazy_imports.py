# since: 3.15
lazy import a
lazy import a.b, c as d, e.f as g
lazy from h import i, j as k
lazy from . import l
lazy from ..m import (n, o as p,)
lazy = 1
lazy
import q
from r import *
with s:
    import t
if u:
    lazy import v
    import w
for x in y:
    lazy from z import aa
while lazy:
    from bb import cc
try:
    import dd
except ImportError:
    import ee
else:
    import ff
finally:
    import gg


def f():
    import hh
    from ii import jj


class C:
    import kk
    from ll import mm
