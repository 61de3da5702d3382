"""Every operator and display, calls and subscripts."""

a + b - c * d / e // f % g ** h @ i << j >> k & l | m ^ n
+a; -a; ~a; not a
a and b; a or b; a and b or c; a or b and c; not a and not b
a < b; a <= b; a > b; a >= b; a == b; a != b
a is b; a is not b; a in b; a not in b
a < b < c; a < b < c < d; a is b is not c in d not in e
not a < b; not a in b; not a is b; not a not in b; not a is not b
not (a in b in c)
a if b else c; a if b else c if d else e
a if not b else c; (a if b else c) if d else e
x = a < b < c
x = a and b
x = not a
x = a if b and c or d else e
x = (a and b) is None
x = a in [1, 2, 3]
x = a in {1, 2, 3}
x = a not in [b, c]
x = a in (1, 2)
x = a in []
x = a in {1, 1.0, True, "a", "a"}
x = a in [*b]
x = a == [1, 2]
x = [1, 2] in a
x = a in {1, (2, 3), frozenset}
x = a < b in [1, 2]
x = a in [1] in [2]

(); (a,); (a, b); (1, 2); (1, (2, 3)); (1, a)
[]; [a]; [1, 2]; [1, 2, 3]; [1, 2, 3, 4]; [a, 1]; [1, "a", None]
{1}; {1, 2}; {1, 2, 3}; {a, 1}; {a}
{}; {a: b}; {1: 2}; {1: a, 2: b}; {"a": 1, "b": 2, "c": 3}; {a: 1, "b": 2}
{**a}; {**a, **b}; {a: b, **c, d: e}; {**a, "b": 1, "c": 2}; {1: 2, **{3: 4}}
[*a]; [*a, b]; [a, *b, c]; (*a,); (*a, *b); {*a}; {*a, b}; {1, 2, 3, *a}; [1, 2, 3, *a]
(1, 2, 3, *a); [*a, 1, 2, 3]; [*[1, 2, 3]]; [*(1, 2)]; {*{1, 2}}
[[1, 2, 3], [4, 5, 6]]; ({}, [], ()); {(): []}

f(); f(a); f(a, b); f(a, b=c); f(a=b, c=d)
f(*a); f(*a, *b); f(a, *b); f(*a, b); f(a, *b, c, *d)
f(**a); f(a, **b); f(**a, **b); f(a=b, **c); f(**a, b=c); f(a=1, **b, c=2, **d)
f(*a, **b); f(a, *b, c=d, **e); f(*a, b=c); f(*(a, b)); f(*[a]); f(*a, **{"b": c})
a.b(); a.b(c); a.b(c, d=e); a.b(*c); a.b(**c); a.b.c(d).e(f)
a.b(c=d); a(b)(c)(d); a[b](c); (a)(b); (lambda: a)(b); (a or b)(c)
f(a for a in b); f((a for a in b), c)
f(
    a,
    b=c,
)
a.b.c.d
a.b(
    c
).d(
    e
)
(a
 .b
 .c())
print("text" "joined")

a[b]; a[b, c]; a[b:c]; a[b:]; a[:c]; a[:]; a[::]; a[b:c:d]; a[::d]; a[b::d]
a[b:c, d]; a[b:c, d:e:f]; a[...]; a[..., b]; a[*b]; a[b, *c]; a[1:2]; a[1:2:3]; a[None:None]
a[0]; a[-1]; a[1, 2]; a[(1, 2)]; a[b][c][d]; a[b].c[d]; a["k"]
a[b:c][d]; a[-1:]; a[:-1]; a[b + c : d * e]; a[True]; a[()]; a[(b,)]

a; 1; "string"; b"bytes"; None; ...; True; 1.5; 2j
a.b; a[b]; -a; a + b; a < b
1 + a; a + 1; "a" + b
await_ = yield_ = None


def function(a, b, c):
    return a + b, a[b], a.c, -a, not a, a < b < c, a if b else c, a and b or c


def short_circuits(a, b, c, d):
    if a and b: return 1
    if a or b: return 2
    if a and (b or c) and d: return 3
    if not (a and b or c): return 4
    x = a and b or c and d
    y = a or b and c or d
    z = not (a or b)
    w = (a and b) or (c and d) or (a and d)
    v = a and b and c and d
    return (a or b) and (c or d)


def comparisons(a, b, c, d):
    if a < b < c: return 1
    if not a < b < c: return 2
    if a < b < c < d and d: return 3
    x = a < b < c or d
    while a < b < c: x
    return a < b() < c < d()
