"""with and async with."""

with a: b
with a as b: c
with a as (b, c), d as [e, *f], g as h.i, j as k[0]: l
with (a as b, c as d,): e
with (a, b): c
with (a): b
with a, b as c: pass


def f():
    with a:
        return b
    with c as d:
        return d
    with e:
        raise f
    with g as h: pass
    with i:
        for j in k:
            with l:
                if m: break
                if n: continue
                return o
    with p() as q, r(q) as s:
        try: return s
        finally: t
    while u:
        with v: break
    with w: yield x
    with y:
        def z(): pass
        return z


def g(a):
    with a: ...
    with a:
        if b: return
        c
    with d:
        with e:
            with f:
                return g


async def h():
    async with a: b
    async with a as b: return
    async with a as (b, c), d: e
    async with (a as b, c): d
    with e:
        async with f as g:
            for i in j:
                async with k:
                    if l: break
                    if m: continue
                    return
    async with o:
        yield p
    async with q:
        raise r


async def i():
    async with a:
        await b
        async for c in d:
            async with e: continue
    try:
        async with f: return 1
    finally:
        g
