f""
f"" "" f"{x}" ""
f"a{x}b" "c" f"{y}"
f"{{}}" f"a{{b}}c{x}"
f"\N{DIGIT ONE}abc{x!r:^{width}.{precision}}"
f"{x:}" f"{x:{y}}" f"{x:{{y}}}" f"{x:a{y}b\N{DIGIT ONE}c}"
f"{a=}" f"{ x = }{y}" f"{a = !r:>{w}}" f"{x=:}"
f"{a != b=}" f"{f(a != b)=}" f"{'#'=}"
f"{'\n'=}" rf"{'\n'=}\n"
u"a" f"{b}" f"a" u"b"
f'''{
x = # c
}'''
f'''a{x:
b}c'''
f"\
{x}\
"
f"{f"{f"{1}"}"}"
f"\{x}" f"\{{x}}" rf"\{x}\d{y:\d}"
def g(): f"{x,}" f"{*x, y}" f"{yield}" f"{(lambda x: 1)}"
