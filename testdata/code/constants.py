"""Literals, constant folding and the order of co_consts."""

0; 1; -1; 255; 256; 257; -5; -6
1_000_000; 0x_ff; 0o17; 0b1010; 0xFFFFFFFFFFFFFFFFFFFF; 2147483647; 2147483648; -2147483648; -2147483649
9223372036854775807; 9223372036854775808; -9223372036854775808
32767; 32768; 1073741823; 1073741824
x = [0, 1, -1, 255, 256, 257, 2**15, 2**30, 2**31, 2**60, 2**63, 2**64, 2**100, -2**64]
x = [0.0, -0.0, 1.5, 1e300, 1e-300, 1e999, -1e999, 1e999 - 1e999, 0.1 + 0.2, 5e-324]
x = [0j, -0j, 1j, 1 + 2j, -1 - 2j, 1e999j, 0.0 + 0j, -0.0 - 0j]
x = [True, False, None, ..., not True, not 0, not ""]
x = (0, 0.0, -0.0, 0j, -0j, False, "", b"", (), 0)
x = (1, 1.0, True, 1 + 0j)
x = ((1, 2), (1.0, 2), (True, 2), (1, 2))
x = {1, 1.0, True}
x = a in {1, 1.0, True, 2}
x = a in {0.0, -0.0, 0}
x = a in {"b", "a", "c", b"a", None, 1, (1, "b")}

x = 1 + 2 * 3 - 4 // 5 % 6 ** 2
x = 7 // 2, -7 // 2, 7 % -3, -7 % 3, 7 / 2, 1 / 3, 2 ** -1, 2 ** 0.5, (-8) ** (1 / 3)
x = 1 << 10, 1 << 127, 1 << 128, 1 << 129, 1024 >> 3, -1 >> 100, 5 & 3, 5 | 3, 5 ^ 3, ~5
x = 2 ** 64, 2 ** 127, 2 ** 128, 3 ** 80, 3 ** 81, 10 ** 38, 10 ** 39
x = 2 ** 64 * 2 ** 63, 2 ** 64 * 2 ** 64, (2 ** 100) * 0
x = "a" * 3, 3 * "a", "ab" * 2048, "ab" * 2049, "a" * 4096, "a" * 4097, "" * 100000, "a" * -1, "a" * 0
x = b"a" * 3, b"a" * 4096, b"a" * 4097
x = (1,) * 3, (1, 2) * 128, (1, 2) * 129, () * 5, ((1, 2),) * 200, (((1,) * 100,) * 2) * 3
x = "a" + "b", b"a" + b"b", (1,) + (2,), "a" + b"b", "a" + 1
x = 1 / 0, 1 // 0, 1 % 0, 0 ** -1, 1.0 / 0.0, 1j / 0, "a" - "b", None + 1
x = "abc"[0], "abc"[-1], "abc"[3], "éü中"[1], b"abc"[1], (1, 2, 3)[1], (1, 2)[True], "abc"["a"], "abc"[0:2], "abc"[0][0]
x = -"a", +None, ~1.5, -True, +True, not None, not (), not (1,), not a, not not a, - - 1, -(-1), +1, ~True
x = True + 1, True & False, True | 1, True ^ True, True * 3, True / 2, True ** 2, True << 1
x = 1.5 // 0.4, -1.5 % 0.4, 1e308 * 10, 10 ** 400, 1.0 ** 2, 0.0 ** 0, 7.0 // 2
x = 1j * 1j, 1j ** 2, (1 + 2j) / (3 - 4j), 1j ** 0.5, 2 ** 1j, 1j - 1
x = "%s" % 1, "%s" % "a", b"%s" % b"a"
x = (1, 2, 3), [1, 2, 3], {1, 2, 3}, {1: 2}
x = (1, "a", b"b", None, ..., (2, (3,)))
x = __debug__, not __debug__, a if __debug__ else b
x = 1 if True else 2, 1 and 2, 0 or 3, a and 1, 1 and a, 0 and a, a or 0, 0 or a, 1 or a, "" or b
x = 1 < 2, 1 == 1.0, 1 in (1, 2), "a" in "abc", None is None
x = "interned_name", "not interned!", "a" "b", "identifier1", "", "x", "é", "\u0100", "\ud800", "\U0001f600"
x = b"", b"x", b"xy", b"\xff", "\x80", "\xff", "\0"
x = "long " * 50
x = ("a", "a", "b c", "b c", ("a", "b c"))


def function():
    return 1, 1.0, True, "text", (1, 2), 1 + 1, -1, None


def same():
    x = 1000
    y = 1000
    z = 1000.0
    return "t u v", "t u v", 1000, (1000, 1000.0)


def none(): return None
def zero(): return 0
def tuple_(): return (1, 2, (3, 4))
def dead():
    return 1
    return 2
    "unused"
def negative(): return -1, -1.5, -2j, - 0
def conditional(): return 1 if 0 else 2
