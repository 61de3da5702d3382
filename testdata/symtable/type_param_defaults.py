"""Defaults of type parameters, and functions in annotation scopes of classes: 3.13 and later."""
type Alias[T = int, *Ts = *tuple[T], **P = [T]] = T


def function[T: (int, str) = int, U: T = list[T]](a: T = 1) -> U: ...


class Class[T: [x for x in y] = lambda: T](Base[T]):
    x = 1
    type Alias[U: x = (lambda: x)] = [x for x in U]
    def method[U = [x for x in T]](self: [x for x in U], y: lambda: x): ...
    class Inner[U = (x for x in T)]: ...


def around(x):
    class Class:
        def method[T: [x for _ in y] = {z: x for z in x}](self: {x for _ in y}): ...
        type Alias = [(lambda: x) for y in z]
