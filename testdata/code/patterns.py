"""Patterns: alternatives in other orders, stars, mappings with the rest, classes, and jumps out of cases."""
match x:
    case 1: a
match x:
    case 1: a
    case _: b
match x:
    case _: b
match x:
    case y: b
match x:
    case _ if a: b
    case _ if c: d
match x:
    case 1 if a: b
    case y if a: b
    case z: c
match x, y:
    case 1, 2: a
    case (1, z): b
    case [1, *z]: c
    case [*z, 1]: c
    case [1, *_, 2]: d
    case [*_]: e
    case []: f
    case [_, _]: f
    case [_, *_]: f
    case [a, *_]: f
    case [*_, a]: f
    case [a, _, *_, b, [c, *_]]: f
    case [a, b, *c]: f
    case [a, b, *c, d]: f
    case [a, [b, [c]], *_]: f
match x:
    case None | True | False: a
    case "a" | b"b" | 1.5 | 2j | -1 | -1.5 | 1 + 2j | -1 - 2j: b
    case a.b | a.b.c: c
    case {}: d
    case {"a": 1}: e
    case {"a": b, "c": d}: e
    case {"a": b, **rest}: f
    case {**rest}: f
    case {a.b: c, 1: _, None: d, -1: [e], **rest}: g
    case C(): h
    case C(1): h
    case C(a, b): h
    case C(a=1): h
    case C(1, _, b=c, d=_, e=[f]): h
    case a.b.C(x, y=z): h
    case C(a, b, c, d=e, f=g) as h: i
    case [1, 2] as a: j
    case (1 | 2) as a: j
    case [1 as a, 2 as b]: j
    case [a, b] | [b, a, _]: k
    case [a, b, c] | [c, a, b, _] | [b, c, a, _, _] | {"x": c, "y": [b, a]}: l
    case [x, (a, b) | {"b": b, "a": a}, y]: m
    case [C(x=[a, *b]), *c] if a and b or c: n
    case {"x": {"y": {"z": [q, *_, r]}}}: o
    case (a): p
def f(x):
    match x:
        case [a, b] if a < b < c:
            return a
        case {"k": v}:
            pass
        case _ if v:
            return [a for a in v]
        case _:
            return x
    return 1
def g(x):
    for i in x:
        match i:
            case 1:
                continue
            case 2:
                break
            case [y]:
                try:
                    return y
                finally:
                    z
class D:
    match x:
        case __a if b: b
        case C(__b=__c): d
match (
    x
    .y
):
    case (
        1,
        y,
        {
          "a":
             b,
          **c
        }
        ) if (
         d
        ): pass
