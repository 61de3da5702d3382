"""A module that has each kind of object which a pyc may hold, in the syntax of Python 3.8."""
import asyncio
import os.path as path

BIG = 123456789012345678901234567890
NUMBERS = (1, -1, 2 ** 31 - 1, 1.5, -0.0, 1e300, 3j, 1.5 - 2.5j)
TEXTS = ("plain", "é", "字", "𝄞", "\ud800", b"bytes", "long " * 60)
OTHERS = (None, True, False, ..., (), ((("nested",),),))


class Shape:
    """A class with a closure over __class__."""
    sides: int = 0

    def __init__(self, *names, sides=4, **more):
        super().__init__()
        self.sides, self.names = sides, [name for name in names if name not in more]

    @property
    def area(self): return {side: side * self.sides for side in range(self.sides)}

    def kind(self): return self.sides in {3, 4, 5} and "few" or "many"


def counter(start, /, step=1):
    count = start

    def advance():
        nonlocal count
        try:
            count += step
        except (TypeError, ValueError) as error:
            raise RuntimeError(f"no {step!r:>10} more") from error
        finally:
            print(path.sep, count)
        return count

    return advance


async def gather(things):
    async with asyncio.Lock():
        return [await thing async for thing in things if (found := thing)]


def part(items): return items[1:2:3], (lambda *, key=None: (yield key))
