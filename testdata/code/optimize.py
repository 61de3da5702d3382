# optimize: 0 1 2
"""The module's docstring."""

assert a
assert a, b
if __debug__:
    c
else:
    d
x = __debug__
y = 1 if __debug__ else 2
while __debug__: break


def function():
    """A docstring."""
    assert a, "message"
    def inner():
        "just a docstring"
    def doc_and_more():
        "docstring"
        return 1
    class Inner:
        "just a docstring"
    return inner


class Class:
    """A docstring."""
    assert __debug__
    x: int = 1

    async def method(self):
        """Another."""
        assert await a, [b async for b in c]


def generator():
    "docstring"
    yield


def asserts_only():
    assert False
    assert (lambda: x)
    assert [y for y in z], f"{w}"


lambda: "no docstring"
not __debug__
