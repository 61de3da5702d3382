def f(): pass
def f(a): return
def f(a, /): return a
def f(a, b=1, /, c=2, *, d, e=3): return a, b
def f(*args): ...
def f(*args, a, b=1): ...
def f(*, a): ...
def f(**kwargs): ...
def f(a, *args, b: int = 1, **kwargs: "x"): ...
def f(a: int, b: str = "x", /, *args: *Ts, c: float = 1.0, **kwargs: dict) -> None:
    """Docstring."""
    return
def f(
    a,
    b,  # a comment
    *,
    c,
): return (a,
           b)

@decorator
@decorator.attribute(1, 2)
@(yield_ := decorators)[0]
@lambda f: f
@ a . b
def f(): ...

async def f(a, *b):
    await a
    await a.b(c)
    x = await a
    async for x in y: pass
    else: pass
    async with a as b, c: pass
    async with (a as b, c as d,): pass
    return [x async for x in y if await z], (await x, await y)

async  def  g ( ) : yield

@decorator

# A comment between them.
@other
async def h(): pass

def outer():
    nonlocal_ = 1
    def inner():
        nonlocal nonlocal_, other
        global a, b
        yield
        yield 1
        yield 1, 2
        yield *a, b
        x = yield
        x = yield from y
        yield from (yield)
        return *a, b
        return
    return inner

lambda: x
lambda a: a
lambda a, /, b=1, *c, d, e=2, **f: (a, b)
lambda *, a: lambda **b: lambda *c: (yield)
lambda *a, **b: a if b else c
lambda a=lambda b=1: b, *c: c
(lambda x:
    x)
