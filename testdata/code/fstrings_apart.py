# until: 3.11
"""f-strings as every version has them, and what older ones located otherwise."""
name = width = value = []
f""
f"a"
f"{name}"
f"a{name}b{value!r}c{width:>{width}}d"
F'{name}' rf"\d{name}\{value}" fR'\{value}'
"a" f"b{name}" "c" 'd'
u"a" f"b{name}c"
f"{{}}{{{name}}}}}"
f"\N{DIGIT ONE}{name}\x41\u00e9{value}\N{LATIN SMALL LETTER E}"
f"{name=}" f"{name = }" f"{name = !s}" f"{name=:>9}" f"{ name  =  }"
f"{name!s:{width}.{value!r:a}}"
f"{name:{{}}}" if False else f"{name:}"
f"{'a' 'b'}{name['key']}{value[1:2]}{(lambda x: x)(1)}{ {1: 2}[1] }"
f"{name, value}" f"{*name, value}" f"{(name)}" f"{ name }"
f"{name == value}{name != value}{name <= value}{name >= value}{name < value > width}"
f"{(yield_ := 1)}{[x for x in name]}{ {x for x in name} }{(x for x in name)}"
f"{name if value else width}{not name}{-1}{name.attr.attr}{name(value, *width, a=1, **value)}"
f"""a{
name
}b{
    value + 1
    }c{name
+ value, 2}
d{width}"""
f"""
{name} {value
.attr
.other} {width:
>{width}}"""
f'''{f"{name}" f"{value:{width}}"}{f"""{name}
{value}"""}'''
x = (f"a{name}"
     f"b{value}"
     "c"
     f"d{width}")
def generator():
    yield f"{yield}{(yield value)}"
    return f"{await_}" "a"
class Private:
    def f(self, __a):
        return f"{__a}{self.__b}{__a=}"
print(f"{name}", f"{name}{value}{name}{value}{name}{value}{name}{value}{name}{value}{name}{value}{name}"
      f"{name}{value}{name}{value}{name}{value}{name}{value}{name}{value}{name}{value}{name}{value}{name}{value}")
f"é{name}ü{value:é}" f"{'é'}{name}"
f"{name:%H:%M}{name!a:x}{0x1f:d}{1.5:{'>'}{10}}"
