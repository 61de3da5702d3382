"""Generators, coroutines, asynchronous generators and comprehensions."""


def generator():
    yield
    yield 1
    x = yield
    y = yield x, y
    z = yield from x
    x = (yield) + (yield 2)
    f((yield), *(yield), k=(yield))
    yield from (yield)
    return x


def generator_expressions():
    (a for a in b)
    (a for a in b if c if d)
    (a for a in b for c in d if c)
    f(a for a in b)
    sum((x := y) for y in z)
    list((yield_ for yield_ in range(3)))
    ((a, b) for a, b in c)
    (lambda: a for a in b)


def lambda_generator():
    return lambda: (yield 1), lambda: (yield from 2)


async def coroutine():
    await a
    x = await a + await b
    return await c(await d)


async def asynchronous_generator():
    yield 1
    await a
    x = yield 2
    async for i in b:
        yield i
    return


async def loops():
    async for a in b: pass
    async for a, b in c:
        if a: break
        if b: continue
        return a
    else:
        d
    async for a.b in c: d
    async for a in [1, 2]: pass


async def comprehensions():
    [a async for a in b]
    {a async for a in b if a}
    {a: c async for a, c in b}
    (a async for a in b)
    [a for a in b async for c in d]
    [await a for a in b]
    [a for a in await b]
    (await a for a in b)
    {await a: await b for a in c}
    [a async for a in b if await c]
    [[a async for a in b] for b in c]
    [[a for a in b] async for b in c]
    f([x async for x in y], *(z async for z in w))
    return [i async for i in agen() async for j in i if await j]


async def lambdas():
    return lambda: (x async for x in y)


async def nested():
    async def inner():
        return await x
    def sync():
        yield await_
    class C:
        async def method(self):
            async with super().lock:
                yield self
    return inner


def only_return_after_yield():
    return
    yield


async def only_pass(): pass


def yield_in_default():
    def f(a=(yield)): pass
    class C((yield)): pass
    with (yield) as x: pass
    for y in (yield): pass
    return (yield)
