#!/usr/bin/env python3
"""Writes down how deeply CPythons let constructs nest, for tests/syntax.rs.

    scripts/golden_depths.py PYTHON... > testdata/syntax/depths.jsonl

Each line has the text before, the text that opens a level, what is innermost, the text that closes a level, and by release the
smallest count of levels for which the parser's stack overflows. Name the interpreters from the oldest on.
"""

import json
import subprocess
import sys

CONSTRUCTS = [
    ("", "-", "x", ""),
    ("", "not ", "x", ""),
    ("", "lambda: ", "x", ""),
    ("", "lambda a=", "x", ": a"),
    ("", "lambda a=(", "x", "): a"),
    ("", "lambda a=[", "x", "]: a"),
    ("", "lambda a={", "x", "}: a"),
    ("", "lambda a={a: ", "x", "}: a"),
    ("", "lambda a=f(", "x", "): a"),
    ("", "lambda a=f[", "x", "]: a"),
    ("", "a if b else ", "x", ""),
    ("", "a ** ", "x", ""),
    ("", "a ** -", "x", ""),
    ("if a: pass", "\nelif a: pass", "", ""),
]

LIMITS = """
import ast, json, sys
def overflows(before, open, innermost, close, count):
    try:
        ast.parse(before + open * count + innermost + close * count + "\\n")
    except MemoryError:
        return True
    except RecursionError:
        pass
    return False
limits = []
for construct in json.load(sys.stdin):
    low, high = 0, 6001
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if overflows(*construct, middle) else (middle, high)
    limits.append(high)
print(json.dumps([sys.version.split()[0], limits]))
"""


def main():
    by_release = {}
    for python in sys.argv[1:]:
        done = subprocess.run([python, "-I", "-W", "ignore", "-c", LIMITS], input=json.dumps(CONSTRUCTS), stdout=subprocess.PIPE, text=True, check=True)
        release, limits = json.loads(done.stdout)
        by_release[release] = limits
    for number, construct in enumerate(CONSTRUCTS):
        print(json.dumps([*construct, {release: limits[number] for release, limits in by_release.items()}]))


main()
