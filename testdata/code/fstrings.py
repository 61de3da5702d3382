"""f-strings and the % that becomes one."""

f""
f"text"
f"{a}"
f"{a!r}{a!s}{a!a}"
f"{a:>10}"
f"{a:{b}}"
f"{a!r:{b}.{c}}"
f"{a:{b!r}x{c:d}y}"
f"{a=}"
f"{a = }"
f"{a=!r}"
f"{a=:>5}"
f"{ a + b = !s:^{c}}"
f"{{}}"
f"{{{a}}}"
f"{a}{{b}}{c}"
f"{'nested'}"
f"{'a' 'b'}"
f"{f'{f"{a}"}'}"
f"{a['key']}"
f"{a[b:c]}"
f"{a if b else c}"
f"{(lambda x: x)}"
f"{a, b}"
f"{*a, *b}"
f"{yield_}"
f"{a:%Y-%m-%d}"
f"{a!r:}"
f'''multi
line {a
} text {
    b
    + c
}
'''
rf"\n{a}\d"
f"\n{a}\N{DIGIT ONE}\x41"
"a" f"b" "c"
"a" f"{b}" "c" f"{d}"
u"x" f"{a}"
f"{1}{2.5}{None}{'s'}"
f"{a}" "{b}"
f"{{a}}" "{b}"
f"é{a}ü{b}中{c}"
f"{a:é{b}}"
f"{a}" % b
f"{x:{'{'}}"
f"{x:a{{b}}c}"
f"{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}{k}{l}{m}{n}{o}{p}{q}{r}{s}{t}{u}{v}{w}{x}{y}{z}"
"".join([f"{a}", b])
",".join(["x", f"{a}"])
f"{a}".join(b)
f"""{
a}{b  # comment
}"""

"%s" % (a,)
"%s %s" % (a, b)
"%r" % (a,)
"%a%%" % (a,)
"%5s" % (a,)
"%-5s" % (a,)
"%.3s" % (a,)
"%10.3r" % (a,)
"%-10.3a|" % (a,)
"%05s" % (a,)
"%+s% s%#s" % (a, b, c)
"%100s" % (a,)
"%99s" % (a,)
"%.s" % (a,)
"%.0s" % (a,)
"%d" % (a,)
"%s %d" % (a, b)
"%s" % a
"%s" % (a, b)
"%s %s" % (a,)
"%" % (a,)
"%s%" % (a,)
"%(x)s" % (a,)
"%*s" % (a, b)
"%s" % (*a,)
"100%%" % (a,)
"%s" % (1,)
"%s %s" % (1, a)
"" % (a,)
"é%sü" % (a,)
b"%s" % (a,)
"%c" % (a,)
"%s" % ()
"%ls" % (a,)
"\ud800%s" % (a,)
"%s %% %r" % (a + 1, f"{b}")


def docstring_like():
    f"not a {docstring}"


def percent_docstring():
    "%s" % (a,)


def empty_fstring():
    f""
    return f""

f"{{"
f"{{{a}"
f"{a}}}"
f"é{{"
