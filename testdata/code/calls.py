"""Calls: plain, unpacking and big ones, methods and their lines, super, keywords."""
import os, m.n
from q import qq
def f(*a, **k): pass
a = b = c = x = f
f()
f(a)
f(a, b)
f(x=a)
f(a, x=b, y=c)
f(*a)
f(*a, *b)
f(a, *b)
f(*a, b)
f(**a)
f(a, **b)
f(x=1, **b)
f(**a, x=1)
f(**a, x=1, y=2, **b, z=3)
f(x=1, y=2, **b, z=3, w=4)
f(*a, x=1)
f(*a, x=1, y=2)
f(1, 2, 3, *a)
f(*[1, 2, 3])
f(*(1, 2, 3), 4)
f(1, 2, 3)
f(a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a)
f(a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a)
f(1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31)
f(a1=1,a2=2,a3=3,a4=4,a5=5,a6=6,a7=7,a8=8,a9=9,a10=10,a11=11,a12=12,a13=13,a14=14,a15=15)
f(a1=1,a2=2,a3=3,a4=4,a5=5,a6=6,a7=7,a8=8,a9=9,a10=10,a11=11,a12=12,a13=13,a14=14,a15=15,a16=16)
f(a1=1,a2=2,a3=3,a4=4,a5=5,a6=6,a7=7,a8=8,a9=9,a10=10,a11=11,a12=12,a13=13,a14=14,a15=15,a16=16,**b)
f(0, a1=1,a2=2,a3=3,a4=4,a5=5,a6=6,a7=7,a8=8,a9=9,a10=10,a11=11,a12=12,a13=13,a14=14,a15=15)
a.b()
a.b(c)
a.b(c, d=1)
a.b(*c)
a.b(**c)
a.b.c.d()
os.path()
os.path.join(1)
m.x()
qq.x(1)
qq().x(1)
a.b(a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a)
a.b(a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a)
a.b(a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,k=a)
a.b(a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,k=a)
(a
 .b(1)
 .c(x=
    2)
 .d
 .e
)
(a.
   b(
     1
   ))
a.b(
  c
)[1].x(
   y=3,
)
(os
 .path
 .join(1))
(a
 .é(1))
(a
 .b) = 1
del (a
 .b)
(a
 .b) += 1
(lambda: 1)()
a()()
a[1]()
"x".join(a)
"%s" % a
class K:
    __p = 1
    def g(self, __q=1):
        self.__p
        self.__p()
        self.__p(__q=1)
        self.__p = 3
        self.__p += 1
        del self.__p
        f(__q=2)
        super().x
        super().x()
        super().x(1, y=2)
        super(K, self).x
        super(K, self).x(1)
        super(K, self).__p
        super().__init__
        super().__class__
        super().__class__()
        super(*self).x
        super(K).x
        super(K, *self).x()
        super(k=1).x
        super().__p()
        (super()
          .x)
        (super()
          .x(1,
             z=2))
        super().x = 1
        super().y += 1
        del super().z
        [super().x for x in y]
        [super(K, self).x for x in y]
        (super().x for x in y)
        def h(): return super().x
        def h(a): return super().x()
        lambda s: super().x()
        lambda: super().x()
    def h():
        super().x()
    def i(*args):
        super().x()
    def j(self, /):
        super().x()
    def k(self):
        super = 1
        super().x()
    def l(self):
        global super
        super().x()
    super(1, 2).x
    @f(1)(2).x
    @a.b
    def m(self): return self.x.y(1).z
class L(K, metaclass=K, x=1): pass
class L(*K): pass
class L(K, *K, **K): pass
class L(**K): pass
class L(K, K, K): pass
class L(1, 2, 3, *K): pass
class L(a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a): pass


# Keywords are names, and interned whatever they are made of.
f(éé=1, b=2)
x = "öö"
f(öö=1)
