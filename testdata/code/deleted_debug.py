# until: 3.9
"""`del __debug__` is refused later."""
del __debug__
del (__debug__, a), [b, __debug__]
def f():
    del __debug__
def g():
    global __debug__
    del __debug__
class C: del a.__debug__
