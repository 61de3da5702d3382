"""Every form of import."""
from __future__ import division, print_function
from __future__ import generator_stop as gs

import a
import a.b
import a.b.c as d
import a as b, c.d, e.f as g
from a import b
from a.b import c as d, e
from . import a
from .. import a as b
from .a import b
from ....a.b import c, d as e
from a import (b, c as d,)
from a import *
from . import *


def function():
    import a.b.c
    import a.b.c as d
    from x import y as z
    from . import w
    global g
    import g
    def inner(): return a, d, z
    return y


class Class:
    import os
    from sys import path as __path
    import __mangled


try:
    import x
except ImportError:
    x = None
