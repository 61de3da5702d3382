"""Variable annotations in modules, classes and functions."""

a: int
b: int = 1
(c): int = 2
d.e: int = 3
f[0]: int
g: "string"
h: list[int] = []
i: (yield_)
if a: j: int
k: lambda: 0 = 1
__private: int
x: int = *a, b


def function(a: int, *b: str, c: x.y = 1, **d: [int]) -> {1: 2}:
    e: int
    f: int = 1
    g.h: int = 2
    i[j]: k
    (l): m
    e: undefined
    return f


class Class:
    a: int
    b: int = 1
    __c: str
    (d): int
    e.f: int = 1
    for g in h: i: int


lambda a: (b := a)


class Conditional:
    if x:
        y: int
    else:
        z: int = 1


async def coroutine(a: (await_)) -> b: c: int = await d
