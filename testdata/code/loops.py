"""Loops of every kind with break, continue and else."""

for a in b: pass
for a in [1, 2, 3]: print(a)
for a in {1, 2}: print(a)
for a in [x, y]: print(a)
for a, (b, *c) in d: continue
for a.b in c: pass
for a[0] in c: break
for (a) in b,: pass
for x in *a, *b: pass

for a in b:
    if a: break
    if c: continue
    d
else:
    e

while a: pass
while True: break
while 1:
    if a: break
    if b: continue
else:
    never
while 0: never
while False:
    never
else:
    always
while None: never
while not a:
    b
while a and b or c: d
while a < b < c: d
while (a := b()): a
while "constant":
    if x: break
while a:
    while b:
        if c: break
        continue
    else:
        continue
    break
else:
    done


def f():
    for i in range(3):
        try:
            if i: continue
            if j: break
            if k: return i
        finally:
            print(i)
    for i in x:
        with y:
            if i: break
            if j: continue
            return 1
    for i in x:
        for j in y:
            if j: return i, j
            break
        else:
            continue
        break
    while True:
        try:
            return 1
        except E:
            continue
        except F as e:
            break
    while 1:
        pass


def g():
    while True:
        if a:
            if b:
                continue
        else:
            break
        yield 1


def h():
    for _ in ():
        def inner(): return _
        if inner(): return
    while x:
        return
    return 2


def constant_conditions():
    while True and x: y
    while True or x: break
    while not False: break
    if not not x: y
    if True: a
    else: b
    if 0: a
    elif 1: b
    else: c
    if "": a
    if (): a
    if __debug__: a
    if not __debug__: b
    if x and True: y
    if x or False: y
    if False or x: y
    if (a and b) or c: y
    if a and (b or c): y
    if not (a and b): y
    if not (a or b) and c: y
    if (a if b else c): y
    if a if True else b: y
    if a < b < c and d: y
    if not a < b < c: y
    if a is None: y
    if a is not None: y
    if not a is None: y
    if None is a: y
    while a is None: a = b
    x = a is None
    return 1 if a is None else 2
