# since: 3.15
[*a for a in b], {*a for a in b}, (*a for a in b), {**a for a in b}, f(*a for a in b), f(*a for a in b if c), f(x)(*a for a in b)
[*a, *b], [*(a or b) for c in d], (*a or b for c in d), {**a or b for c in d}, {**a for a in b if c for d in e}
[*a async for a in b], [*a | b for a in b], {**a | b for c in d}, {**(a or b) for c in d}, {**a if b else c for d in e}
(*lambda: a for a in b), {**lambda: a for a in b}, (*a if b else c for d in e), (*not a for b in c), {**a < b for c in d}
[*[*a for a in b] for b in c], {**{**a for a in b} for b in c}, f(*(*a for a in b)), (*a async for a in b)
