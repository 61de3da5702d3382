"""Targets of every kind, augmented assignments, del, unpacking, walrus."""

a = b
a = b = c = d
a, b = c
a, b = b, a
a, b, c = c, b, a
a, b, c, d = d, c, b, a
[a, b] = c
(a, (b, c)), d = e
a, *b = c
*a, b = c
a, *b, c, d = e
*a, = b
[*a] = b
[] = a
() = a
a.b = c
a[b] = c
a[b:c] = d
a[b:c:d] = e
a[:] = b
a[b, c] = d
a[...] = b
a.b, c[d], e = f
(a) = b
a = (b, c)
a = b, *c
a = *b,
a, b = 1, 2
a = b, c = 1, 2
x = y = [1, 2, 3]
a, b = [1, 2]
a, a = b, c
a, b, a = 1, 2, 3

a += 1
a -= b
a *= b
a @= b
a /= b
a //= b
a %= b
a **= b
a <<= b
a >>= b
a &= b
a |= b
a ^= b
a.b += c
a[b] += c
a[b:c] += d
a[b:c:d] += e
a[b][c].d += e
(a) += 1

del a
del a, b
del (a, [b, c])
del a.b
del a[b]
del a[b:c], d[e:f:g]
del ()
del []

(a := b)
print(a := 1, (b := 2))
if (n := len(a)) > 10: n
a[b := c]
{(a := 1): (b := 2)}


def function(p):
    a = b = p
    a, b = b, a
    a, b, c = p, b, a
    (a, b), c = p
    a += b
    p.x += 1
    p[a] -= 1
    p[a:b] *= 2
    del a, p.x, p[b], p[b:c]
    x, *y, z = p
    [x, y] = z = p
    x, y = y, x = p
    if (w := p): return w
    return (v := p) + v


def cells(p):
    a = p
    a += 1
    def f():
        nonlocal a
        a = 2
        a += 3
        del a
    p, a = a, p
    return f, p


def superfluous():
    x = 1; y = x; z = y; x = z
    return x


def swaps(a, b, c):
    a, b = b, a
    b, a, c = a, b, c
    a, b, b = c, b, a
    a, _, c = c, b, a
    return a, b, c


class Class:
    a = b
    a, b = b, a
    a += 1
    del a


def global_targets():
    global a, b
    a = 1
    a += 1
    a, b = b, a
    del a
    for b in a: pass
