#!/usr/bin/env python3
"""Remakes, with the reference interpreters, the committed files that say what CPython does.

    scripts/oracle.py golden [--python PATH]...     testdata/code/3.N/*.pyc from testdata/code/*.py
    scripts/oracle.py arithmetic [--python PATH]    testdata/preprocess/arithmetic.txt
    scripts/oracle.py printable [--python PATH]     src/syntax/unparse/printable.rs

Every interpreter is one of exactly the patch release that the tests compile for.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = Path.home() / ".pyenv/versions/3.12.1/bin/python"

# What runs in the reference interpreter; each reads one JSON value from stdin.

PRINTABLE = r"""
import json, unicodedata
flips, last = [], False
for point in range(0x80, 0x110000):
    if chr(point).isprintable() != last:
        last = not last
        flips.append(point)
print(json.dumps([unicodedata.unidata_version, flips]))
"""

ARITHMETIC = r"""
import json, math, sys

def source(value):
    if isinstance(value, complex):
        return f"({source(value.real)}+0j)" if value.imag == 0 else f"complex({value.real!r},{value.imag!r})"
    text = repr(value)
    return "(" + {"inf": "1e999", "-inf": "-1e999", "nan": "(1e999-1e999)"}.get(text, text) + ")"

def shown(value):
    if isinstance(value, complex):
        return f"c({shown(value.real)},{shown(value.imag)})"
    if isinstance(value, float):
        return "-nan" if math.isnan(value) and math.copysign(1, value) < 0 else repr(value)
    return repr(value)

def folded(text):
    code = compile(text, "", "eval")
    if len(code.co_code) == 4 and code.co_names == ():
        return shown(code.co_consts[-1])
    return "-"

for left, op, right in json.load(sys.stdin):
    result = folded(f"{left} {op} {right}")
    print(left, op, right, "=", result)
"""

GOLDEN = r"""
import json, py_compile, sys
source, out, name, optimize = json.load(sys.stdin)
py_compile.compile(source, out + ".pyc", name, doraise=True, optimize=optimize,
                   invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
"""


def ask(python, script, value=None):
    """What a script prints in a fresh interpreter that sees no site packages and no environment."""
    command = [str(python), "-I", "-X", "utf8", "-W", "ignore", "-c", script]
    done = subprocess.run(command, input=json.dumps(value), stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout


def version_of(python):
    text = ask(python, "import sys; print('%d.%d.%d' % sys.version_info[:3])")
    return text.strip()


def printable(python):
    unidata, flips = json.loads(ask(python, PRINTABLE))
    rows = [flips[i : i + 12] for i in range(0, len(flips), 12)]
    lines = [
        f"//! Which characters Python's `repr` shows as they are, by Unicode {unidata}. Made by `scripts/oracle.py printable`.",
        "",
        "/// The code points from 0x80 at which `str.isprintable` changes; the first becomes printable.",
        f"pub(super) static FLIPS: [u32; {len(flips)}] = [",
        *("    " + " ".join(f"{point}," for point in row) for row in rows),
        "];",
    ]
    path = ROOT / "src/syntax/unparse/printable.rs"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run(["rustfmt", "--edition", "2024", str(path)], check=True, cwd=ROOT)


# In Python's spelling; the test's reader knows just these forms.
INTS = """0 1 2 3 7 -1 -2 -7 10 63 64 127 128 129 255 256 -64 1000 4096 9007199254740992 9007199254740993
    9223372036854775807 -9223372036854775808 9223372036854775808 18446744073709551616 -18446744073709551617
    170141183460469231731687303715884105727 340282366920938463463374607431768211456""".split()
HUGE = [str(10**30), str(-(3**100)), str(2**1023 + 1), str(2**1024 - 1)]
FLOATS = "0.0 -0.0 1.0 -1.0 0.5 -0.5 2.0 3.0 -3.0 0.1 1e16 -2.5 1e308 5e-324 1e-320 1e999 -1e999".split()
COMPLEXES = "0j 1j 2.5j 1e308j 1e999j (1+2j) (-1.5+0.5j) (0.0+1e-300j) (1e200+1e200j)".split()
OTHERS = "True False None ... '' 'a' 'abc' b'' b'xyz' () (1,2) ((1,2),'a',b'b')".split()
OPERATORS = "+ - * / // % ** << >> | ^ & @".split()


def arithmetic(python):
    numbers = [f"({text})" if text[0] == "-" else text for text in INTS + FLOATS + COMPLEXES]
    huge = [f"({text})" if text[0] == "-" else text for text in HUGE]
    few = [*numbers[:9], numbers[13], *numbers[21:23], "0.5", "1j", "1e308"]
    cases = [*itertools.product(numbers, OPERATORS, numbers[::2])]
    cases += [*itertools.product(huge, OPERATORS, few)] + [*itertools.product(few, OPERATORS, huge)]
    cases += [*itertools.product(OTHERS, OPERATORS, OTHERS + few)] + [*itertools.product(few, OPERATORS, OTHERS)]
    # Every eleventh shows each rule often enough.
    cases = cases[::11]
    text = ask(python, ARITHMETIC, cases)
    path = ROOT / "testdata/preprocess/arithmetic.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def golden(python):
    """One pyc for each source; `NAME.opt-1.pyc` and so on too where the source's first line is `# optimize: 0 1 2`."""
    minor = version_of(python).rpartition(".")[0]
    out = ROOT / "testdata/code" / minor
    out.mkdir(parents=True, exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    for source in sorted((ROOT / "testdata/code").glob("*.py")):
        first = source.read_bytes().split(b"\n", 1)[0]
        levels = [0, 1, 2] if first.startswith(b"# optimize: 0 1 2") else [0]
        for level in levels:
            stem = source.stem + (f".opt-{level}" if level else "")
            ask(python, GOLDEN, [str(source), str(out / stem), source.name, level])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["golden", "arithmetic", "printable"])
    parser.add_argument("--python", type=Path, action="append", help=f"a reference interpreter (default: {DEFAULT.name})")
    args = parser.parse_args()
    for python in args.python or [DEFAULT]:
        if not os.access(python, os.X_OK):
            sys.exit(f"oracle.py: no interpreter at {python}")
        globals()[args.what](python)


if __name__ == "__main__":
    main()
