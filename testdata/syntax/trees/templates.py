# since: 3.14
t'', T"", t'a', rt'\d', tr"{x}\n", t'{x}', t'{x!r}', t'{x!s:>10}', t'{x:{y}}', t'{x=}', t'{x = !a}', t'{ x }', t'{x:{y!r}z}'
t'a' t'b', t'{x}' t'{y}', t'a{x}' t'b' t'{y}c', (t'{x}'
  t'''{
    y }''')
t'{{}}{x}', t'{f'{x}'}', f'{t'{x}'}', t'{t'{t'{x}'}'}', t"{"a" + t"{x}"}", t'{'a'}'
t'{x   +y}', t'{( x )}', t'{x,}', t'{*a, b}', t'{x!r:}', t'{x:%Y}', t'{x=:>5}', t'é{x=}é', t'\x41{x}\N{DIGIT ONE}', t'{(lambda: x)}'
t'''
{x
 + y:
}''', t'{x:{{}}}' if 0 else t'{ {1: 2} }'
try: a
except A, B: b
except C, (D, E), F: g
finally: j
try: a
except (A, B) as c: d
try: a
except* A, B: b
