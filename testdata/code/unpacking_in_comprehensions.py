# since: 3.15
[*a for a in x]
{*a for a in x if a}
{**a for a in x}
(*a for a in x)
f(*a for a in x)
[*a, ] and [*[*b for b in a] for a in x for y in z]


def g(x):
    yield from (*a for a in x)
    return [*a.b for a in x], {*(1, 2) for a in x}, {**{c: d} for c, d in x}, (*e for e in x)


async def h(x):
    return [*a async for a in x], {*a async for a in x}, {**a async for a in x}, (*a async for a in x), (*await a for a in x)


class C:
    x = [*a for a in y]
    z = (*b for b in x)
