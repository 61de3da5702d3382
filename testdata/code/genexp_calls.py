any(a for a in x)
all(a for a in x if a)
tuple(a.b for a in x)
list(a for a in x)
set(a for a in x)
frozenset(a for a in x)
any([a for a in x])
any(a for a in x) or all(b for b in y) and not tuple(c for c in z)
any(any(b for b in a) for a in x)
any(a for a in x for b in a)
all((a for a in x),)
all(a for a in x).real
any(a in (b for b in c) for a in x)


def f(x, any):
    if any(a for a in x):
        return all(a == b for a, b in zip(x, x))
    while tuple(a for a in x):
        y = list(a for a in x), set(lambda: a for a in x)
    return sum(a for a in x), max((a for a in x), default=any), tuple(x for x in x)


async def g(x):
    return any(a async for a in x), all(await a for a in x), tuple(a for a in await x), list(a async for a in x)


class C:
    x = any(a for a in y)
    z = tuple(x for b in x)
    def m(self): return all(self.a for b in self.c)
