# since: 3.13
type X[T = int] = T
type X[T: int = bool, *Ts = *tuple[int, ...], **P = [int, str]] = T
def f[T = int, U: str = "x"](): ...
class A[*Ts = (1, 2)]: pass
class B[*Ts = *a | b, **P = ...](A): pass
async def g[T = lambda: x](): ...
