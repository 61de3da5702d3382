if a: b
if a: b; c
elif d: e
else: f; g;
if a:
    b
elif c:
    d
elif e:
    if f: g
    else: h
else:
    i
if (a and
    b): c
while a: b
while a:
    if b: break
    elif c: continue
    while d: pass
    else: e
else:
    f
for x in y: pass
for x, y in z: pass
for x, in y: pass
for (x, [y, *z]) in a, b: pass
for x.y in *a, b: break
for x[0] in (yield_): continue
else: c
for x in (a
          ): b
try: a
except: b
try:
    a
except A:
    b
except (B, C) as d:
    e
except D if E else F:
    g
else:
    f
finally:
    g
try: a
finally: b
try:
    try: a
    except A: b
    finally: c
except* A:
    b
except *(B, C) as d: e
except*E: f
else: g
finally: h
with a: pass
with a as b: pass
with a as b, c as (d, e), f: pass
with (a): pass
with (a, b): pass
with (a) as b: pass
with (a as b): pass
with (a as b, c): pass
with (a as b, c as d,): pass
with (a, b,) as c: pass
with (a), (b) as c: pass
with (a).b as c.d, (e)[0] as f[1]: pass
with (a if b else c) as d, (yield_): pass
with (a, b) as [c, *d]: pass
with (
    a as b,
    c,
): pass
with (open(a)) as b, (open(c)): pass
with ((a, b)): pass
with (lambda: x) as y: pass
with (a) + b: pass
with (x for x in y): pass
with (): pass
with () as a: pass
