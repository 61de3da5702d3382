# since: 3.14
t""
t"a"
t"{x}"
t"{x}{y}"
t"a{x!r}b{y!s:>10}c{z!a:{w}}"
t"{ x = }" t'{x==1=}' t"{x != y = !r:>5}"
rt"\n{x:\n}" T"\n" Rt'{x:{y!r:>{z}}}'
t"{{}}{x}}}{{"
t"""
{
    x
    # a comment
    + y
}
{ a =
}
"""
t"{f'{x}'}{t'{y}'}{[a for a in b]}{lambda_(lambda: 1)}"
t"{x:{y=}}" t"{'a' if b else "c"}" t"\N{BULLET}{x}\u0041"
f"{t'{x}'!r}" "a"
f(t"{a}", t"b")


def g(a, b):
    c = t"{a}{b:{a}}"
    return t"{c.interpolations[0]}{(yield a)}"


class C:
    x: t"{y}" = t"{z}"


async def h(a):
    return t"{await a}{[b async for b in a]}"
