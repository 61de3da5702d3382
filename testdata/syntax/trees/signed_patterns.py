# since: 3.15
match x:
    case +1: pass
    case +1.5 | -1: pass
    case +1 - 2j: pass
    case {+1: a}: pass
