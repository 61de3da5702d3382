é = ñ = 1
def ß(ä, *ö, ü=1, **ÿ): return ä.ë
class 类(元): 属性: 型 = "值"
import ﬁle as ﬂag, µ
from ｆｕｌｌ import ｗｉｄｔｈ
global ℌ, Å
ª, º, K = x.ĳ, y[ŀ], f(ǆ=1)
try: x
except É as é: é
match é:
    case Ñ(ñ=ﬁ): pass
    case {"a": ﬂ, **ǳ}: pass
lambda ﬃ: ﬃ
[ℓ for ℓ in ℒ]
"é" + é + 'ñ' ; ñ
f'é{é}ñ{ñ=}', f'{é!r:ñ}'
type Ｘ[Ｔ] = Ｔ
