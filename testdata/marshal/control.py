import sys


def loops(items, *args, key=None, **options):
    total = 0
    for index, item in enumerate(items):
        if item is None:
            continue
        while item > 0:
            item //= 2
            total += index
            if total > 10 and not item:
                break
        else:
            total -= 1
    try:
        return items[0] + options["x"][1:2]
    except (IndexError, KeyError) as error:
        print(f"{error!r:>{total}} {item}", file=sys.stderr)
        raise ValueError from error
    finally:
        del items


def blocks(path, other):
    with open(path) as f, open(other) as g:
        for line in f:
            yield line
    try:
        yield from g
    except* OSError:
        pass
    assert path, "none"


async def awaits(source):
    async with source as s:
        async for part in s:
            await part
    return [x async for x in s if await x]


def shapes(value):
    match value:
        case {"kind": "point", **rest}:
            return rest
        case [1, 2, *_] | (3 | 4):
            return value
        case complex(real=0, imag=i) if i:
            return i
        case None | True:
            pass
    a, *b = value
    a.x[b] = b
    return {**a, "b": [*b]}, {*a}, a < b < 3, not a, ~b, -a, +a, a @ b, a != b


def closures(x):
    def inner(y=1, /, *, z: int = 2) -> "str":
        nonlocal x
        x = y
        return lambda: (x, y, z, __class__)
    return inner


class Meta(type):
    a: int = 1

    def __init__(self, *args):
        super().__init__(*args)
        super().x
        self.__private = [self for self in args]


type Alias[T: int, *Ts, **P] = dict[T, P]


def generic[T: (int, str), U](x: T) -> U:
    class Local[V](Meta): ...
    return Local


from os.path import *
