a or b or c and d and not e
not not a
a < b <= c > d >= e == f != g
a is b is not c in d not in e
a | b ^ c & d << e >> f + g - h * i / j // k % l @ m
-a ** -b ** ~c
(-a) ** b
+a - -b + ~c
a if b else c if d else e
(a if b else c) if d else e
a.b.c.d
a().b()[c](d)(*e, **f)
a[b], a[b, c], a[b,], a[b:c], a[b:c:d], a[:], a[::], a[b:], a[:c], a[::d], a[b, c:d, ...], a[:, 1], a[*b], a[*b, c], a[(b, c)], a[(b := c)], a[b := c], a[lambda: x : y]
f(), f(a), f(a, b,), f(*a), f(**a), f(a, *b, c, d=e, *g, **h, i=j, **k)
f(a for a in b), f(a, (b for b in c)), f(a=(yield_)), f(a := b, c=(d := e)), f((a), (b)), f(match=1, case=2)
f(
    a,
    b=c,
    # A comment.
    *d,
)
(), (a,), (a, b), (a, b,), (a), ((a)), ((a, b), c)
[], [a], [a, b,], [*a, b], [[a], [b]]
{}, {a: b}, {a: b, **c, d: e,}, {a}, {a, b,}, {*a, b}, {a: {b: {c}}}
{**a}, {a: lambda: b}, {a if b else c: d if e else f}, {(a := b)}, {a: (b := c)}
[a for b in c], {a for b in c}, {a: b for c in d}, (a for b in c)
[a for b, c in d if e if f for g in h if (i, j) for k, in l]
[a async for b in c], [[a for a in b] for b in c]
[lambda: a for a in b if (lambda: c)], [a for a in b if c or d], [a for a in (lambda: b)]
(a := b), (a := (b := c)), [a := b, c := d], {a := b, c}
(yield), (yield a), (yield a, *b), (yield from a)
*a, b
*a, *b, c
*a | b, c
a if (b) else (c, d)
a \
  + b \
  . c
(a
 +
 b)
(

a

)
None, True, False, ..., __debug__, NotImplemented
a.  b  .c
a  [0]  (1)
a and (b or c) and (not d)
not a in b
not (a in b)
await_.x, async_, print
a < (b < c), (a < b) < c
a ** b ** c, (a ** b) ** c, a ** (b ** c), -a ** b, a ** -b
a + b + c, a + (b + c), (a + b) + c
lambda: (yield), lambda x, /: x, lambda *a, b=1: a
