# The mark before this, and no newline at the end.
x = "é" + y
class Ω: ﬁ = ℌ; 名前 = 1; 𝕏.ﬁ(𝕏=ℌ, **Ω)