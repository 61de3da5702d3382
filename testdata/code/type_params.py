"""Type parameters, type aliases, annotation scopes."""

type A = int
type B[T] = list[T]
type C[T: int, *Ts, **P] = dict[T, Ts]
type D[T: (int, str)] = T
type E = E | None


def function[T](a: T, b: "T" = 1) -> T: return a


def defaults[T: (A, B), *Ts, **P](a: T = x, *args: *Ts, b: int = y, **kw: P.kwargs) -> T:
    def inner() -> T: return T
    return inner


@decorator
def decorated[T](a=default): ...


async def coroutine[T](a: T): await a


def generator[T](a: T): yield T


class Class[T](Base[T], metaclass=Meta, key=value):
    """Docstring."""
    attribute: T

    def method[U](self, a: T, b: U) -> __class__:
        return super().method(T, U)

    type Alias[V] = dict[T, V]
    type Simple = T

    class Nested[W](T): x: W


@first
@second(1)
class Decorated[T, *Ts, **P]: x = T


class Bound[T: lambda: T, U: [x for x in T]]: pass


def outer():
    x = 1
    type Local = x
    def f[T: x](a: x) -> x: return x, T
    class G[T: x](x): y = x
    return Local


class Private:
    type __Alias[__T] = __T
    def __method[__T: __Bound](self, __a: __T): return __T
    class __Nested[__T]: __x = __T


class ScopeOfClass:
    x = int
    def f[T: x](self, a: x) -> x: ...
    type T = x
    class C[U: x](x): y = x


def type_soft_keyword():
    type = 1
    type[0]
    type(x)
    print(type)
    match = case = _ = type
