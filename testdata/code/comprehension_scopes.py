"""Comprehensions in every scope: inlined and as functions, with cells, in classes and in type parameters."""
a = [i for i in x]
a = {i for i in x}
a = {i: j for i, j in x}
a = (i for i in x)
a = [i for i in x if i]
a = [i for i in x if i if not j]
a = [i for i in x for j in i]
a = [(i, j) for i in x if i for j in i if j]
a = [[k for k in j] for j in x]
a = [[i for i in j] for i in x for j in i]
a = [j for i in x for j in [i + 1]]
a = [j for i in x for j in (i + 1,)]
a = [j for i in x for j in [*i]]
a = [j for j in [1]]
a = [lambda: i for i in x]
a = [lambda: (i, x) for i in x]
a = [(lambda: i)() for i in x if i < 2 < 3]
a = [y := i for i in x]
a = {i: (z := j)
     for i, j
     in x
     if i
     and j}
print([i for i in x], i)
def f(x, k):
    a = [i for i in x]
    a = [x for x in x]
    a = [k for i in x]
    a = [lambda: i for i in x]
    a = [lambda: k for i in x]
    a = [[k for k in j] for j in x]
    a = [y := i for i in x]
    a = (i for i in x)
    a = (lambda: i for i in x)
    a = {i: j for i, j in x.items() if j for k in j}
    a = [i for i, *j in x]
    a = [i.a for i.a in x]
    a = [i for i in x if (i if j else k)]
    return [i for i in x]
def g(x):
    def h(): return x
    return [x for x in x], [lambda: x for x in x]
def h():
    nonlocal_ = 1
    def k():
        nonlocal nonlocal_
        return [nonlocal_ := i for i in x]
    try:
        [i for i in x]
    except E:
        return [i for i in x if [j for j in i]]
    for z in [i for i in x]:
        {z: i for i in z}
    with a: return [i for i in x]
class C:
    y = 1
    a = [i for i in y]
    b = [y for i in x]
    c = [lambda: i for i in x]
    d = [lambda: y for i in x]
    e = [[i for i in j] for j in x]
    f = [C for i in x]
    h = (i for i in y)
    i = [i for i in x]
    j = {__m: __n for __m, __n in x}
    def m(self):
        return [__class__ for i in x], [self.__z for __z in x]
    class D:
        z = [y for y in y]
        def n(self): return [y for _ in y]
def o():
    y = 1
    class E:
        y = [y for i in y]
        a = [y for y in y]
        def z(self): return y
    return [E for y in [lambda: y]]
async def co():
    a = [i async for i in x]
    a = {i async for i in x if i}
    a = {i: j async for i, j in x}
    a = (i async for i in x)
    a = (await i for i in x)
    a = [await i for i in x]
    a = [i for i in await x]
    a = [j async for i in x for j in i]
    a = [j for i in x async for j in i]
    a = [[j async for j in i] for i in x]
    a = [lambda: i async for i in x]
    a = [i for i in x if await i]
    a = ([j async for j in i] for i in x)
    return [i async for i in x]
def sync():
    a = (i async for i in x)
    a = (await i for i in x)
class T[U: [int for x in y]]:
    a = [U for i in x]
    def f[V](self: V) -> U: return [V for i in U]
type X[Y] = [Y for z in Y]
type Z = [z for z in z]


# A generic class changes how the rest of its unit mangles names, but not what the symbol table says of them.
class Generic[T]: pass
[__p for __p in x]
{__p: (lambda: __p) for __p in x}
