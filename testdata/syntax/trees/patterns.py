match x:
    case 1: pass
    case -1: pass
    case 1.5 | -1.5: pass
    case 1+2j | -1-2j | 1.0 + 0j: pass
    case 'a' 'b': pass
    case b'a': pass
    case "a" | 'b': pass
    case None | True | False: pass
    case a: pass
match x:
    case _: pass
match x, y:
    case a, b: pass
    case a, *b: pass
    case *_, a: pass
    case [a, b, *_, c]: pass
    case []: pass
    case (): pass
    case (a,): pass
    case [a,]: pass
    case a,: pass
    case (a): pass
    case ((a, b), [c, *d]): pass
    case [[[a]]]: pass
match x,:
    case a.b: pass
    case a.b.c | d.e: pass
    case A(): pass
    case A(b): pass
    case A(b, c,): pass
    case A(b=c): pass
    case a.B(c, d=e, f=1,): pass
    case A(1, B(c=[d, *_]), e={'f': g}): pass
match *a, b:
    case {}: pass
    case {'a': b}: pass
    case {'a': 1, b.c: d, 1: e, -1: f, 1+2j: g, None: h, True: i, 'a' 'b': j, **rest}: pass
    case {**rest}: pass
    case {**rest,}: pass
    case {'a': [b, {'c': d}],}: pass
match (yield_):
    case a if a > 1: pass
    case 1 as b: pass
    case (1 | 2) as a: pass
    case [a, (2 as c)] as d if c: pass
    case {'a': b.c as c}: pass
    case A(1 as c, d=(e.f | f.g) as h) | None: pass
    case (a.b | b.c): pass
    case 1 as b, c.d as d: pass
match match:
    case case: match = case
match(x):
    case(1): pass
    case[1]: pass
match [x]:
    case {1: _}: pass
match {x: y}:
    case [_] as z if (z := 1): pass
match -x:
    case 1:
        match not x:
            case 1: pass
            case 2: a; b
match x if y else z:
    case 1:

        # A comment.
        pass

    case 2: pass
match lambda: x:
    case _: pass
