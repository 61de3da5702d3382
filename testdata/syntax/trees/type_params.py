type X = int
type X[T] = list[T]
type X[T: int, *Ts, **P] = f[T, *Ts, P]
type X[T: (int, str),] = T
type type = type
type match[case] = case; type _ = _
def f[T](a: T) -> T: return a
def f[T: int, *Ts, **P](*args: *Ts, **kwargs: P.kwargs): ...
async def f[T: (a := b)](): ...
class A[T]: pass
class A[T: (int, str), *Ts, **P](B[T], metaclass=M): pass
class A[
    T,
    # A comment.
    U: "forward",
](): pass
@d
def f[T](): ...
type X = (
    int
    | str
)
type X[T] = lambda: T
type X = yield_ if a else b
