# since: 3.15
match x:
    case +0: a
    case +1.5: b
    case +1 + 2j: c
    case +1.5 - 2j: d
    case -1 | +2: e
    case [+3, *_]: f
    case {+4: g, -5: h, "k": +6}: i
    case C(+7, j=+8j): k
