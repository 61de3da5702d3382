"""Classes: __class__ and super, private names, names that methods do not see."""


class A(B, metaclass=C, **D):
    x = 1
    __private = x

    def method(self, __argument):
        self.__attribute = __argument
        super().method()
        return x, __class__

    def other(self):
        def inner(): return super()
        return inner

    class __Inner:
        __private = 1
        def method(self):
            nonlocal __class__
            global __global
            __class__ = __global
            import __module, __dotted.name


class _:
    __not_mangled = 1


def function(x, __class__):
    class Local:
        x = x
        global y
        y = x
        def method(self):
            return x, y
        def again(self):
            return super
        z = [x for _ in y]
        w = [(lambda: x + __class__) for x in z]
    class Shadow:
        nonlocal x
        x = 2
        super
    return __class__
