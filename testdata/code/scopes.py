"""Where names live: locals, globals, cells, frees, class scopes, nested functions."""

x = 1
global y
y = 2


def a():
    x
    def b():
        x
        def c():
            nonlocal z
            z = x
            return y, w
        return c
    z = w = 1
    return b


def shadow(x):
    def inner():
        x = 2
        def innermost():
            global x
            x = 3
            return x
        return x, innermost
    return inner


def free_order(d, b, a, c):
    e = f = 0
    def inner():
        return f, a, e, c, b, d
    def other():
        return d, a
    return inner, other


def class_in_function(self):
    x = self
    class C:
        y = x
        def f(self): return x, self, __class__
        class D:
            z = y, x
            def g(self): return super().g(), x
    return C


def deep():
    a = 1
    def one():
        def two():
            def three():
                def four(): return a
                return four
            return three
        return two
    return one


def global_and_nested():
    global g
    g = 1
    def f():
        g
        def h():
            nonlocal_ = g
            return nonlocal_
        return h
    return f


def same_name_twice(a):
    def f(): return a
    def f(a): return a
    def g():
        def f(): return a
        return f
    return f, g


def star_names(*args, **kwargs):
    def f(): return args, kwargs
    return f


def comprehension_scopes(x):
    y = 1
    return [(lambda: (x, y, z))() for z in x], {y: lambda: y for y in x}, (y for y in (x for x in y))


def except_names():
    try: a
    except E as e:
        def f(): return e
        return f
    except F as e:
        e


def imports_as_cells():
    import os.path as p, sys
    from a import b as c
    return lambda: (p, sys, c)


def class_cell_only():
    class A:
        def f(self): super
        def g(self): return __class__
    class B:
        __class__ = 1
        def f(self): return __class__
    class C:
        def f(self):
            class D:
                def g(self): return __class__
            return super().f


def qualnames():
    class A:
        class B:
            def c(self):
                return lambda: [d for d in e], (f for f in g)
    global h
    def h():
        def i(): pass
    class j:
        global k
        class k:
            def l(self): pass


lambda: (lambda: x)
[lambda: x for x in y]
__name__; __file__; __builtins__; __debug__
