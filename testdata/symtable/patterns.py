"""Patterns bind names."""
match subject:
    case 1 | a.b | None: pass
    case [x, *rest, (y | y)] if guard: body
    case {"k": v, c.d: _, **others}: pass
    case Class(p, q=Other(r), s=_) as whole: pass
    case [*_]: pass
    case name: pass


def function(subject):
    match subject:
        case Class(a, [b, *c], d={**e}) as f: return lambda: (a, b, c, e, f)
