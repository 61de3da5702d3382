# until: 3.8
"""Annotations that become strings are folded first."""
from __future__ import annotations
def f(a: L['x','y'], b: D[str,int], c: 1+1, d: ('a','b'), e: L[1,2,3], *g: L['p','q'], k: L['x','y']=1) -> L['r','s']: pass
x: L['x','y'] = 1
x: 1+1
class C:
    y: L['x','y']
    z: L[()]
    w: L['a',]
    q: L[1:2,3]
    v: not a == b
    u: x in [1,2]
    t: L['a', x]
    def m(self, a: L[-1, 'x'], b: 'q' 'r') -> __debug__: pass
