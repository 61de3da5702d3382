x; match: int
if x: a; match = match[0]; match
def f(): pass; match(x).match
f'''{x:a
}'''
raise; x
if x: raise ;
match x:
    case C(_=1): pass
    case C(a=b, _=c, d=_): pass
x = yield
(yield)
f"{yield}{yield:1}{yield!r}{yield=}"
def g():
	if x:
	    y
	    z
