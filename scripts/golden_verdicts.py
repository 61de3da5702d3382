#!/usr/bin/env python3
"""Asks CPythons what they say of the sources in testdata/syntax/later.jsonl, and writes that there.

    scripts/golden_verdicts.py python3.13 python3.14 python3.15

A line is a source, a version, and the exception with its message, line and column. To add a source, add a line with any verdict.
"""

import json
import subprocess
import sys
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent.parent / "testdata/syntax/later.jsonl"

VERDICTS = """
import json, sys
verdicts = []
for source in json.load(sys.stdin):
    try:
        compile(source, "source", "exec", dont_inherit=True)
    except SyntaxError as error:
        verdict = [type(error).__name__, error.msg, error.lineno, error.offset]
        verdicts.append([source, "%d.%d" % sys.version_info[:2], verdict])
print(json.dumps(verdicts))
"""


def main():
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    sources = json.dumps(list(dict.fromkeys(json.loads(line)[0] for line in lines)))
    verdicts = []
    for python in sys.argv[1:]:
        command = [python, "-I", "-W", "ignore", "-c", VERDICTS]
        answer = subprocess.run(command, input=sources, stdout=subprocess.PIPE, check=True, text=True)
        verdicts += json.loads(answer.stdout)
    GOLDEN.write_text("".join(json.dumps(verdict) + "\n" for verdict in verdicts), encoding="utf-8")


main()
