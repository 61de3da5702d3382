"""With the future statement annotations are not evaluated, but the symbol table still looks into them."""
from __future__ import annotations


def function(a: lambda: unseen, *b: [x for x in unseen], c: int = default) -> (lambda y: y):
    local: unseen = a
    other: [walrus := x for x in unseen]
    def inner() -> a: return walrus
    return inner


class Class:
    x: Class.y
    def method[T: x](self: [z for z in x]) -> T: ...


module: [bound := x for x in y]
