"""Comprehensions: inlined into functions, modules and classes, with cells, shadowing and nesting."""

[a for a in b]
{a for a in b}
{a: c for a, c in b}
[a for a in [1, 2, 3]]
[a for a in {1, 2}]
[a for a in [x]]
[a for a, b in c if a if b]
[a for b in c for a in b]
[[a for a in b] for b in c]
[a for a in b if a in [1, 2]]
[lambda: a for a in b]
[(a, d) for a in b for *c, d in a]
[a.b for a.b in c]
[a[0] for a[0] in c]
[a for a in b][0]
x = [x for x in x]
{**{a: b for a in c}}
[x := 1 for y in z]
[y for y in z if (w := y)]
print([i for i in range(3)], [i for i in range(4)])
[i for i in (j for j in k)]
[_ for _ in ()]
[a for a in (1,)]
[0 for a in b for a in c]
{1: 2 for a in b if not a}
[a if b else c for a in d]
[a for a in b if c and d or e]
[a for a in b if a is None]
[a for (a) in b]
[[b for b in a] + [c for c in a] for a in d]


def function(a, b):
    [a for a in b]
    [c for c in b if c in a]
    x = 1
    [x for x in b]
    [lambda: x for x in b]
    [x for _ in b]
    lambda: [x for _ in b]
    [y for y in [z for z in b]]
    [(y, z) for y in b for z in y]
    {k: v for k, v in b.items() if k}
    {s for s in b}
    [[a for a in b] for b in a]
    [[c for c in b] for b in a]
    return [a for a in b]


def cells(a):
    def inner(): return a, b
    [a for a in c]
    [b for b in a]
    [lambda: (a, b) for b in a]
    b = 1
    [[lambda: d for d in e] for e in a]
    del b


def outer_is_cell():
    x = [y for y in z]
    def f(): return x, y
    y = 2
    return [y for y in x]


def parameters(x, *y, **z):
    return [x for x in y] + [y for y in z] + [z for z in x]


def deleted():
    [i for i in x]
    i = 1
    del i
    [i for i in x]
    try: i
    except NameError: [i for i in x]
    with a as i: [i for i in i]


def in_generator():
    [(yield_, i) for i in x]
    yield [i for i in x]


def walrus():
    [last := i for i in x]
    print(last)
    [[inner := j for j in i] for i in x]
    def nested():
        nonlocal last
        [last := k for k in x]


def walrus_global():
    global g
    [g := i for i in x]
    return any((h := i) for i in x), h


class Class:
    a = 1
    b = [a for _ in c]
    d = [c for c in [a]]
    e = [lambda: x for x in a]
    f = [[x for x in y] for y in a]
    h = {a: a for a in a}
    i = [j for j in a if j for k in j]
    def m(self): return [self for self in self.x]
    a2 = [b for b in b]


def exceptions():
    try:
        return [1 / x for x in y]
    except ZeroDivisionError:
        return [x for x in y]
    finally:
        [z for z in y]


def conditions():
    if [a for a in b]: c
    while [a for a in b]: c
    return not [a for a in b] or {a for a in c} and 1


lambda: [a for a in b]
lambda x: [x for y in x for x in y]
f"{[a for a in b]}"


def type_scopes[T](x: [T for _ in ()]): return [T for _ in x]
class Generic[T]:
    x = [T for _ in ()]
    type A[U] = dict[T, U]
