"""match: every pattern, guards and captures."""

match a:
    case 1: b
    case -1: b
    case 1.5 | -2.5: b
    case 1 + 2j: b
    case -1 - 2j: b
    case "text" "joined": b
    case b"bytes": b
    case None: b
    case True | False: b
    case a.b: b
    case a.b.c | 0: b
    case _: b

match a:
    case x: b

match a:
    case x if x > 1: b
    case y if y and z: b
    case _ if x: b
    case _: pass

match a, b:
    case c, d: e
    case [c, d]: e
    case (c, d, *_): e
    case [c, *d, e]: f
    case [*_]: g
    case [*a, _]: g
    case []: h
    case (c,): i
    case [[a, b], c]: j
    case [1, 2, _]: k
    case [_, _]: l
    case *_,: m

match a:
    case {}: b
    case {"k": 1}: b
    case {"k": v, -1: w, a.b: x, **rest}: c
    case {**rest}: c
    case {1 + 1j: [x, {"deep": y}]}: d
    case {None: n, True: t}: e

match a:
    case C(): b
    case C(x): b
    case C(x, y=1): b
    case C(x=_, y=z): b
    case a.C(1, [x, *y], k={"z": w}): b
    case int(x) | str(x): b
    case (C(x) as y) | [x, y]: b
    case C(D(x), E(y=F())): b

match a:
    case 1 as x: b
    case (1 | 2) as x: b
    case [1 as x, (2 | 3) as y]: b
    case (x, y) | [x, y, _]: b
    case [1, x] | [x, 2] | {"k": x}: b
    case [a, b] | [b, a]: c
    case ((1 | 2) | 3): b
    case (x): d


def function(x):
    match x:
        case [a, b] if a is b:
            return a
        case {"k": [c, *d]} if c:
            for e in d:
                match e:
                    case 0: continue
                    case 1: break
                    case _: return e
        case C(f) as g:
            return lambda: (f, g)
        case _:
            pass
    match x:
        case 1: pass
        case 2: return 2
    return 3


def or_captures(p):
    match p:
        case (a, b, c) | (c, a, b) | (b, c, a): return a, b, c
        case [1, x, y] | [y, 2, x]: return x, y
        case [[x, y], z] | [z, [y, x]] | {"x": x, "y": y, "z": z}: return x


class Class:
    match x:
        case __private: pass
    match (yield_):
        case {"a": [b]}: pass
        case str() | int(): pass


async def coroutine():
    match await a:
        case [x] if await x: await y
        case _: return


match x, *y:
    case 1, 2: pass
match x,:
    case 1,: pass
match (x := y):
    case 1: pass
match -x:
    case -0: pass
    case -0.0: pass
    case 0j: pass
match match:
    case case: case
