"""Which objects of a module are one object."""
import os.path, xml.sax
from os.path import join as j, split

NAMES = ("os.path", "x.y", "join")
PATHS = ("os.path",)
TEXTS = "foo bar", "foo_bar", "", " ", "*", "é", "x", "naïve", "😀", "\udc80", "z" * 300, "é" * 300
BYTES = b"", b"a", b"ab", b"foo_bar"
NUMBERS = -6, -5, 256, 257, 1000, 0.0, -0.0, 1.5, 1j, -0j, True, 1, 1.0, None, ..., ()


def first(a, b):
    return 1000, 1.5, "foo bar", b"ab", (1, (2, "x y")), a in {"no_name", "other name"}


def second(a, b):
    return 1000, 1.5, "foo bar", b"ab", (1, (2, "x y")), 2.5, b in {"no_name", "other name"}


def third(a):
    return a in {"first", "x y"}, a in {1, 2, b"ab", "ab", (1, "x y")}


def fourth(a):
    return a in {"first", "x y"}, a in {1, 2, b"ab", "ab", (1, "x y")}, 2


def fifth(a):
    return a in {"__init__", "darwin"}, 5


def sixth(a):
    return a in {"__init__", "darwin"}, 6


def same_tables(a):
    return a


def same_table(a):
    return a


class Outer:
    "Outer.Inner"

    class Inner:
        def method(self):
            return "Outer.Inner.method", "Outer.Late"

    class Late:
        pass


try:
    class Twice:
        class Inner: pass
except Exception:
    class Twice:
        class Inner: pass


def nested():
    global made_global

    def made_global(): pass

    class local:
        class inner: pass

    try:
        pass
    finally:
        f = lambda: [lambda: 1 for x in NAMES]
    return lambda: (yield), (x for x in f()), {x: 1 for x in f()}, {x for x in f()}


NAN = 1e999 - 1e999, 1e999, -1e999
PATH = ("os.path",), "os.path"


def names():
    import os.path
    return j(PATHS=1, NAMES=("PATHS", "NAMES")), ("PATHS", "NAMES")
