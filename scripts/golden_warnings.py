#!/usr/bin/env python3
"""Remakes testdata/warnings/RELEASE.jsonl with a reference interpreter: what compile() warns of.

    scripts/golden_warnings.py PYTHON...

The cases are the lines of testdata/warnings/cases.txt: Python string literals, each the source of a
module; a line that begins with `-O1 ` is compiled at that level of optimisation. Blank lines and
lines that begin with `#` are skipped.

A line of the result is one case: its source, its level, its warnings in the order of their issue, and
the exception that compile() raised, or null. A warning is a list: category, message, line, and the
SyntaxError that replaces it under `-W error` (message, line, column, end line, end column; columns
count characters from 1).
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "testdata" / "warnings"

# Runs in the reference interpreter; reads the cases as JSON from stdin.
WORKER = r"""
import json, sys, warnings

# Recorded by the function that shows a warning: when it raises, compile() goes on as with `-W error`,
# so the place of every warning can be asked for, not only that of the first.
seen, raise_at = [], None

def show(message):
    seen.append([message.category.__name__, str(message.message), message.lineno])
    if len(seen) - 1 == raise_at:
        raise message.category(message.message)

warnings._showwarnmsg = show
warnings.simplefilter("always")

def attempt(source, optimize, at):
    global raise_at
    seen.clear()
    raise_at = at
    try:
        compile(source.encode("utf-8", "surrogatepass"), "case.py", "exec", dont_inherit=True, optimize=optimize)
    except SyntaxError as error:
        place = [error.lineno, error.offset, error.end_lineno, error.end_offset]
        return [type(error).__name__, error.msg, *place]
    except Exception as error:
        return [type(error).__name__, str(error), None, None, None, None]

for source, optimize in json.load(sys.stdin):
    error = attempt(source, optimize, None)
    recorded = [warning[:] for warning in seen]
    for index, warning in enumerate(recorded):
        raised = attempt(source, optimize, index)
        warning.append(raised and raised[1:])
    result = {"source": source, "optimize": optimize, "warnings": recorded, "error": error}
    print(json.dumps(result, ensure_ascii=True))
"""


def cases():
    for line in (FOLDER / "cases.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            level, text = (int(line[2]), line[4:]) if line.startswith("-O") else (0, line)
            source = eval(text, {})
            yield source, level


def ask(python, script, value=None):
    """What a script prints in a fresh interpreter that sees no site packages and no environment."""
    command = [python, "-I", "-X", "utf8", "-c", script]
    done = subprocess.run(command, input=json.dumps(value), stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout


def main():
    for python in sys.argv[1:]:
        release = ask(python, "import sys; print('%d.%d.%d' % sys.version_info[:3])").strip()
        (FOLDER / f"{release}.jsonl").write_text(ask(python, WORKER, list(cases())))


if __name__ == "__main__":
    main()
