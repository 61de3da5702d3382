# since: 3.13
# What stays on the stack at the end of a block may not be borrowed.
def f(h, a, b, d, e):
    return h(a, lambda c=b: c, d if e else b)


def g(h, a, b, d, e):
    return h(a, b.c, d, [*e], {**e}, d if e else b)


async def k(h, a, b, d, e):
    return h(a, await b, d if e else b), [h async for h in a], d if e else b
