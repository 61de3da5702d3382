"""Functions: parameters, defaults, decorators, annotations, nesting."""
import os.path, sys as system
from math import sin, cos as cosine
from errno import *

free = 1


def plain(a, b=free, /, c=2, *args, d, e=free, **kwargs):
    return a


@system.setrecursionlimit
def decorated(x: int, *y: cosine, z: "str" = 1, **w: free) -> sin:
    local: int = x
    (parenthesised): int = 2
    (declared): int
    only: str
    x.attribute: int = 3
    for i, (j, *k) in y: pass
    else: unused
    del i
    local += 1


def outer(a, b):
    c = a
    def middle(d):
        nonlocal c
        global g
        c = g = b
        def inner():
            return a + d + free + other
        return inner
    class Within:
        b = a
        def method(self): return c
    return middle, lambda x, y=a: lambda: x + b


async def coroutine(a):
    async with a as b, b: pass
    async for c in b: await c
    try: pass
    except* ValueError as error: error
    return [d async for d in a]


def generator():
    x = yield
    yield from x


def future_global():
    global appears_later
    appears_later = 1


def handlers():
    try: import one.two
    except (A, B) as caught: pass
    except C: pass
    else: fine = 1
    finally: last = 2
    with open(f"{caught!r:{width}}") as f: raise f from caught
    while fine: assert last, fine


appears_later
