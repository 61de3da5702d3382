"""Control flow that the flow graph simplifies: jumps to jumps, dead code, copied exits, swaps of conditions."""


def f1(a, b):
    if a:
        if b: return 1
    else:
        return 2


def f2(a):
    if a: return
    return


def f3(a, b, c):
    if a:
        x = 1
    elif b:
        x = 2
    elif c:
        x = 3
    else:
        x = 4
    return x


def f4():
    return 1
    x = 2
    while y: z


def f5(a):
    raise a
    return b


def f6(a):
    while True:
        if a: return a
        raise b


def f7(a, b):
    return a and b or a if b else not a


def f8(x):
    if x: pass
    else: pass
    if x: ...
    if not x: pass
    return


def f9(x, y):
    while x:
        if y: break
    else:
        return 1
    return 2


def f10(x):
    for i in x:
        if i: continue
        else: break
    return i


def f11(x):
    try: return x
    except: return 1
    return 2


def f12(x):
    if x:
        return 1
    else:
        raise y
    z


def f13(a, b, c, d):
    if a and b and c or d and not a: return 1
    if (a or b) and (c or d): return 2
    if not ((a and b) or (c and d)): return 3
    return 4


def f14(x):
    with x:
        if y: return
    for z in x: return z


def f15(x):
    while x:
        while y:
            while z:
                if a: break
                if b: continue
                return
            else: continue
            break
        else: continue
        break


def f16(a):
    assert a
    assert not a
    if a: assert b
    return c


def f17(a, b):
    a = b if a else (b or a)
    if (a if b else a and b): return a
    return (a, b) if a is None else [a] if b is not None else {b}


def f18():
    if 1: return 1
    else: return 2


def f19():
    if 0: x
    elif a: y
    if a or 1: z
    if a and 0: w
    while a or 1:
        if b: break
    return (a and 0) or b


def f20(a):
    if a:
        try: b
        except C: return
    else:
        return d


def f21(): pass; pass; return; pass


def f22(x):
    del x; x = 1; x; x; return x


def f23(self):
    self.x = self.y = self.z = self.x + self.y
    x = y = z = self
    return x.a(y.b)(z.c)


def f24(a, b):
    return a in b, a not in b, a is b, a is not b, not a is b, not a in b


def f25(x):
    for a in x: return a
    for a in x: raise a
    for a in x: pass
    return


def f26(a):
    if a == 1: return "one"
    elif a == 2: return "two"
    elif a == 3: pass
    elif a == 4: return "four"
    return "many"


if a: b
if a:
    b
else:
    c
while a:
    if b: break
if x: raise y
try:
    raise z
finally:
    pass
