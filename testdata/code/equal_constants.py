"""Code objects that are equal are one constant; a NaN is one only with itself."""
def f(*a): return lambda c: c
class A(f(lambda: 1)): x = lambda: 1
class A(f(lambda: (lambda: 1))): x = lambda: (lambda: 1)
f = lambda: (lambda: 1); g = lambda: (lambda: 1)
a = [lambda: 1, [lambda: 1]]
try: x
finally:
    y = 1e999 - 1e999
    z = lambda: 1
    w = (i for i in x)
    {1.5, 2.5, 1e999 - 1e999}
    x in {1, 1.0, True, 2}
    x in (1e999-1e999, 1)
def h():
    try: return 1
    finally:
        y = 1e999 - 1e999
        return (1e999-1e999, y, lambda: (1e999-1e999))
while any(x for x in y): pass
while any(x for x in (lambda: y)() if (lambda: z)()): z
