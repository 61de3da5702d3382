# since: 3.14
try:
    a
except A, B:
    b
except C.d, e(), (F, G):
    c
try:
    a
except* A, B:
    b


def f():
    try:
        return a
    except A, B, C:
        return b
    finally:
        c
