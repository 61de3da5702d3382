"""Comprehensions, most of which are inlined, and assignment expressions in them."""
a = [x for x in y if x]
b = {x: z for x in y for z in x}
c = (x for x in y)
d = [lambda: x for x in y]
e = [[x for x in x] for x in x]
[f := x for x in y]
[[(g := z) for z in x] for x in y]


def function(x, free):
    a = [x for x in y]
    b = [lambda: x for x in y]
    c = {x + free for _ in y}
    d = [w := v for v in y]
    e = (w2 := v for v in y)
    return [lambda: free + v for v in [lambda: x for z in y]]


def cells(x):
    def inner(): return x
    a = [x for x in inner()]
    b = [lambda: [lambda: (x, p, q) for q in p] for p in x]
    c = [y for y in x]
    return lambda: y


def targets(a, b):
    return [0 for a[b] in b for b.c in a if (d := a)]


def global_target():
    global g, h
    [(g := x) for x in h]
    lambda: [(n := x) for x in h]


class Class:
    x = 1
    a = [x for x in y]
    b = [lambda: x for x in y]
    c = [y for y in x if z]
    def method(self): return [super().method() for _ in __class__]
    d = [super() for _ in x]
    e = [[inner, z] for inner in x for _ in [x for x in z]]
    def free(self): return z


async def asynchronous():
    return [x async for x in y], [[x async for x in y] for z in w], (await x for x in y), {await x: 1 for x in y}


def nested_iterables():
    return [x for x in [y for y in [z for z in w]]]
