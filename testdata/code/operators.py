"""Operators, tests in jumps, subscripts, f-strings, annotated targets, yields and awaits."""
def f(a, b, c, d):
    a + b; a - b; a * b; a @ b; a / b; a % b; a ** b; a << b; a >> b; a | b; a ^ b; a & b; a // b
    a += b; a -= b; a *= b; a @= b; a /= b; a %= b; a **= b; a <<= b; a >>= b; a |= b; a ^= b; a &= b; a //= b
    ~a; -a; +a; not a
    a < b; a <= b; a == b; a != b; a > b; a >= b; a is b; a is not b; a in b; a not in b
    a < b < c; a < b < c < d; a is b is not c in d not in a
    x = a and b; x = a or b; x = a and b and c; x = a or b and c or d; x = not (a and b)
    x = (a and
         b) or (c
         and d)
    if a and b: x
    if a or b: x
    if not a: x
    if not (a and b): x
    if a and (b or c): x
    if (a or b) and (c or d): x
    if (a and b) or (c and d): x
    if not (a or b) and not c: x
    if a < b < c: x
    if a < b < c < d: x
    if not a < b < c: x
    if a < b < c or d: x
    if a < b < c and d: x
    if (a if b else c): x
    if not (a if b else c): x
    if (a and b if b or d else c < d < a): x
    while a < b < c: x
    while a and b or c: x
    while not (a or b): x
    assert a < b < c
    assert a and b, c
    assert not a or b
    x = a if b else c
    x = a if b and c else d if a else b
    x = (a if
         b else
         c)
    if a in (1, 2): x
    if a in [1, 2]: x
    if a in {1, 2}: x
    if a == 1: x
    if a is None: x
    if a is not None: x
    if None is a or b: x
    (y := a)
    if (y := a) and y: x
    print((y := a + 1), y)
    x = [y := 1, y]
    x = a[b]; x = a[b:c]; x = a[b:]; x = a[:b]; x = a[:]; x = a[b:c:d]; x = a[::]; x = a[::2]; x = a[b, c]; x = a[b:c, d]; x = a[1:2]; x = a[...]
    a[b] = c; a[b:c] = d; a[b:c:d] = a; a[:] = b; a[b, c:d] = a
    a[b] += c; a[b:c] += d; a[b:c:d] += a; a[:] += b; a[b, c:d] += a
    del a[b], a[b:c], a[b:c:d], a[:], a[b, c:d]
    a.b += c; a.b.c += d; a[b].c[d] += 1
    x = a[
        b
        :
        c
    ]
    x = a[*b]; x = a[*b, c]
    x = f'{a}'; x = f'{a!r}'; x = f'{a!s:>10}'; x = f'{a!a:{b}}'; x = f'x{a}y{b:>{c}}z'; x = f'{a=}'; x = f''; x = f'abc'; x = f'{{}}'
    x = f'{a}' 'b' f'{c}'
    x = f'''{
        a
    }
    {b:
    x}'''
    x = f'{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}'
    x = f'{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}{a}'
    x = f'{a} {a} {a} {a} {a} {a} {a} {a} {a} {a} {a} {a} {a} {a} {a} {a!r:{b}} {a}'
    x = 'é' 'b'; x = u'a'; x = b'a'
    x = lambda: 1; x = lambda a, *b, c=1, **d: a; x = lambda: (yield)
    1; 'x'; ...; None
    x = 1 + 2; x = -1; x = 'a' * 3; x = (1, 2)[0]; x = not 1
    return a < b < c
def g(a):
    return a and b or c
x: int
y: int = 1
(z): int
(w): int = 2
a.b: int
a.b: int = 3
a[b]: int
a[b:c]: int
a[b:c:d, e]: int
a[b:, ::d, (e, f)]: int
a[b] : int = 3
a().b: c()
class C:
    x: int
    __y: int = 1
    self.__z: int
    a[b]: c
    def f(self):
        x: int
        y: int = 1
        a.b: c
        a.b: c = d
        a[b:c]: d
        (z): e = 1
def gen():
    yield
    yield 1
    x = yield a
    x = yield from a
    yield (a, b)
    await_ = yield
    return 3
async def co():
    await a
    x = await a.b(c)
    return await a
async def ag():
    yield
    yield await a
    x = yield 1
    async for i in a:
        yield i
    async with a as b, c:
        yield b
