f'', F"", f'a', rf'\d', fr"\{x}", Rf'{x}\n', f'''a
b''', f"""
"""
f'{x}', f'{x!r}', f'{x!s:>10}', f'{x!a:{y}}', f'{x:{y}.{z}}', f'{x:{y!r:{z}}}', f'{x:a{y}b{z}c}'
f'{{', f'}}', f'{{}}', f'{{{x}}}', f'a{{b{x}c}}d', f'{x:{{}}}' if 0 else f'{x:}'
f'{x=}', f'{x = }', f'{ x=!r}', f'{x=!s:^5}', f'{x=:>{y}}', f'{ x + y = }', f'{x=}{y=}', f'a{x=}b', f'{x.y[0]=}', f'{f(a, b)=}'
f'{x!r:}', f'{x:}', f'{x:%Y-%m-%d}', f'{x:a:b}', f'{x: }', f'{x:!r}', f'{x != y}', f'{x == y}', f'{x:=5}', f'{(x:=5)}', f'{x:=^5}', f'{x >= y}'
f'{'a'}', f'{"a"}', f'{f'{f'{x}'}'}', f"{f"{"a" + f"{x}"}"}", f'{x["a"]}', f'{x['a']}', f'{"\n"}', f'{'\n'.join(x)}', f'{'''a'''}'
f'{ {1: 2}[1] }', f'{ {x} }', f'{[1, 2]}', f'{(1, 2)}', f'{1, 2}', f'{*a, b}', f'{*a,}', f'{lambda_}', f'{(lambda: x)}', f'{(lambda x: x)(1)}', f'{yield_}', f'{x if y else z}'
f'\x41\u0041\N{DIGIT ONE}\n{x}\t', f'\d', rf'\N{x}', f'\\{x}\\', f'\{x}', f'\{{x\}}'
f'a' 'b' f'{x}' "c" f'd', 'a' f'', f'' '', f'a' 'b', 'a' f'{x}' 'b' f'{y}' '', ('a'
  f'{x}'
  'b')
f'''{
    x
}''', f'''a {
    x  # A comment.
    + y
} b''', f'''{x:
}''', f'''{x
=}''', f'''
{x:>{
y}}
'''
f"{x:{'a'}}", f'{x:{"{"}}', f'{x:{y:{z}}}', f'{x!r:{y!s}}', f'{x:\x41}', f'{x:\n{y}\t}', f'é{x}é{y:é}', f'😀{x=}日本'
print(f'{x}', sep=f'{y}'), f'{x}'.join(f'{y}'), f'{x}'[0], f'{x}' % y, {f'{x}': f'{y}'}
f'{x}' f'{y}', f'{x}' 'a' f'{y}', f'{await_}', f'{(yield)}', f'{not x}', f'{-x}', f'{x,}'
u'a' f'b', u'a' f'{x}' 'c', f'{x}' u'c'
