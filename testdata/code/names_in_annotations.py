# until: 3.11
"""Names in annotations that become strings: uses up to 3.9."""
from __future__ import annotations
def f():
    class it: pass
    class B:
        def g(self, a: it): pass
    def h(b: it, *c: B) -> it: pass
    x: it = 1
    def k():
        y: B = 2
        z: it
        def m(*a: z, **k: y): pass
