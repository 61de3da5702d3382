#!/usr/bin/env python3
"""Remakes, with the reference interpreters, the committed files that say what CPython does.

    scripts/oracle.py golden [--python PATH]...     testdata/code/RELEASE/*.pyc from testdata/code/*.py
    scripts/oracle.py changes --python PATH...      testdata/code/changes/*.txt: the same cases by releases that differ
    scripts/oracle.py arithmetic [--python PATH]    testdata/folding/arithmetic.txt
    scripts/oracle.py complex --python PATH         testdata/folding/complex.txt, from 3.14 on

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
    # RESUME and RETURN_CONST, or RESUME, LOAD_CONST and RETURN_VALUE.
    if len(code.co_code) in (4, 6) and code.co_names == ():
        return shown(code.co_consts[-1])
    return "-"

for left, op, right in json.load(sys.stdin):
    result = folded(f"{left} {op} {right}")
    print(left, op, right, "=", result)
"""

GOLDEN = r"""
import json, py_compile, sys
source, out, name, optimize = json.load(sys.stdin)
try:
    py_compile.compile(source, out + ".pyc", name, doraise=True, optimize=optimize,
                       invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
except py_compile.PyCompileError as error:
    if error.exc_type_name != "SyntaxError":
        raise
"""


def ask(python, script, value=None):
    """What a script prints in a fresh interpreter that sees no site packages and no environment."""
    command = [str(python), "-I", "-X", "utf8", "-W", "ignore", "-c", script]
    done = subprocess.run(command, input=json.dumps(value), stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout


def version_of(python):
    text = ask(python, "import sys; print('%d.%d.%d' % sys.version_info[:3])")
    return text.strip()


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
    write_folded(python, cases, "arithmetic.txt")


def complex(python):
    numbers = [f"({text})" if text[0] == "-" else text for text in ["0", "3", "-7", *FLOATS, *COMPLEXES]]
    cases = [*itertools.product(numbers, "+ - * / **".split(), COMPLEXES)]
    cases += [*itertools.product(COMPLEXES, "+ - * / **".split(), numbers)]
    write_folded(python, cases[::3], "complex.txt")


def write_folded(python, cases, name):
    text = ask(python, ARITHMETIC, cases)
    path = ROOT / "testdata/folding" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def golden(python):
    """One pyc for each source; `NAME.opt-1.pyc` and so on too where the source's first line is `# optimize: 0 1 2`.

    A source that begins with `# since: 3.14` is for that version and later ones, one with `# until: 3.11` for that and
    earlier ones. One that the interpreter refuses has none."""
    version = version_of(python)
    out = ROOT / "testdata/code" / version
    out.mkdir(parents=True, exist_ok=True)
    for old in out.iterdir():
        old.unlink()
    for source in sorted((ROOT / "testdata/code").glob("*.py")):
        first = source.read_bytes().split(b"\n", 1)[0]
        minor = int(version.split(".")[1])
        if first.startswith(b"# since: 3.") and int(first[len(b"# since: 3.") :]) > minor:
            continue
        if first.startswith(b"# until: 3.") and int(first[len(b"# until: 3.") :]) < minor:
            continue
        levels = [0, 1, 2] if first.startswith(b"# optimize: 0 1 2") else [0]
        for level in levels:
            stem = source.stem + (f".opt-{level}" if level else "")
            ask(python, GOLDEN, [str(source), str(out / stem), source.name, level])


COMPILE = r"""
import json, marshal, sys
answers = []
for source in json.load(sys.stdin):
    try:
        answers.append(marshal.dumps(compile(source, "case.py", "exec", dont_inherit=True)).hex())
    except SyntaxError as error:
        answers.append("%s: %s @%s:%s" % (type(error).__name__, error.msg, error.lineno, error.offset))
    except ValueError as error:
        answers.append("%s: %s" % (type(error).__name__, error))
    except SystemError:
        # The message has addresses.
        answers.append("SystemError: ...")
print(json.dumps(answers))
"""

LISTING = r"""
import dis, itertools, json, marshal, sys, types

def shown(value):
    if isinstance(value, types.CodeType):
        return "<%s>" % value.co_name
    if isinstance(value, tuple):
        return "(%s)" % " ".join(map(shown, value))
    if isinstance(value, frozenset):
        return "{%s}" % " ".join(sorted(map(shown, value)))
    if isinstance(value, slice):
        return "slice(%s %s %s)" % (shown(value.start), shown(value.stop), shown(value.step))
    return repr(value)

def place(positions):
    return "%s:%s-%s:%s" % (positions[0], positions[2], positions[1], positions[3])

def instruction(one):
    return one.opname if one.arg is None else "%s %d" % (one.opname, one.arg)

def listing(code):
    yield "%s %s" % (code.co_qualname, shown(code.co_consts))
    variables = [code.co_names, code.co_varnames, code.co_cellvars, code.co_freevars]
    if any(variables):
        yield " / ".join(" ".join(names) for names in variables).rstrip()
    positions = list(code.co_positions())
    by_place = itertools.groupby(dis.get_instructions(code), lambda one: place(positions[one.offset // 2]))
    for where, instructions in by_place:
        yield "  %s  %s" % (where, ", ".join(map(instruction, instructions)))
    for const in code.co_consts:
        if isinstance(const, types.CodeType):
            yield from listing(const)

def text(answer):
    return answer if " " in answer else "\n".join(listing(marshal.loads(bytes.fromhex(answer))))

print(json.dumps([text(answer) for answer in json.load(sys.stdin)]))
"""


def changes(pythons):
    """Every case of each file anew: its title and source stay, then come the listings, each under the releases that give it."""
    versions = {python: version_of(python) for python in pythons}
    readers = {"3." + versions[python].split(".")[1]: python for python in pythons if has_dis(python)}
    for path in sorted((ROOT / "testdata/code/changes").glob("*.txt")):
        cases = [case.partition("\n")[::2] for case in ("\n" + path.read_text(encoding="utf-8")).split("\n--- ")[1:]]
        cases = [(title, rest.split("\n== ")[0].rstrip("\n") + "\n") for title, rest in cases]
        by_listing = [{} for _ in cases]
        for python, version in versions.items():
            minor = version.rpartition(".")[0]
            asked = [number for number, (title, _) in enumerate(cases) if since(title) <= int(minor[2:])]
            answers = json.loads(ask(python, COMPILE, [cases[number][1] for number in asked]))
            for number, listing in zip(asked, json.loads(ask(readers[minor], LISTING, answers))):
                by_listing[number].setdefault(listing, []).append(version)
        text = ""
        for (title, source), listings in zip(cases, by_listing):
            text += f"--- {title}\n{source}"
            text += "".join(f"== {' '.join(releases)}\n{listing}\n" for listing, releases in listings.items())
        path.write_text(text, encoding="utf-8")


def since(title):
    """The 14 of `unpacking [3.14]`: the version that brought the syntax."""
    return int(title.rpartition("[3.")[2].rstrip("]")) if title.endswith("]") else 0


def has_dis(python):
    """Whether it can list code: one that was built without its extension modules cannot."""
    done = subprocess.run([str(python), "-I", "-c", "import dis, marshal"], stderr=subprocess.DEVNULL)
    return done.returncode == 0




def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["golden", "changes", "arithmetic", "complex"])
    parser.add_argument("--python", type=Path, action="append", help=f"a reference interpreter (default: {DEFAULT.name})")
    args = parser.parse_args()
    for python in args.python or [DEFAULT]:
        if not os.access(python, os.X_OK):
            sys.exit(f"oracle.py: no interpreter at {python}")
    if args.what == "changes":
        return changes(args.python)
    for python in args.python or [DEFAULT]:
        globals()[args.what](python)


if __name__ == "__main__":
    main()
