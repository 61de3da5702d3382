# until: 3.11
"""Constants that versions up to 3.10 share, or lose values over."""
x = [lambda: f(), lambda:
     f()]
y = [lambda a: (a
                + 1), 2]; z = [lambda a: (a + 1), 2]
def g(): return [i for i in a], [i for
                                 i in a]
class A(1, 2, 3, **d): pass
class B(1, 2, **d): pass
class C(1, 2, 3, k=4): pass
class D(1, 2, 3, *e): pass
def h():
    class E("a", "b", "c", **d): pass
    return f(1, 2, 3, **d), f(*a, 1, 2, 3), (1, 2, 3), [1, 2, 3], {1, 2, 3}
