#!/usr/bin/env python3
"""Writes down what older CPythons say of broken sources, for tests/syntax.rs.

    scripts/golden_older.py PYTHON... > testdata/syntax/older.jsonl

The sources are those of testdata/syntax/broken.jsonl and of broken_older.jsonl. About the latter, only the older versions say
something of their own. Each line has a source and, by release, its verdict: null, or class, message, line and column. Releases before
3.10 know no ends. Name the interpreters from the oldest on.
"""

import json
import sys

import comparison


def main():
    folder = comparison.ROOT / "testdata/syntax"
    files = [folder / name for name in ("broken.jsonl", "broken_older.jsonl")]
    sources = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    verdicts = [{} for _ in sources]
    for python in sys.argv[1:]:
        release = comparison.facts(python)["version"]
        answers = comparison.reference(python).ask({"ask": "verdict", "source": source} for source in sources)
        for answer, by_release in zip(answers, verdicts):
            if "verdict" in answer:
                by_release[release] = start_of(answer["verdict"])
    for source, by_release in zip(sources, verdicts):
        print(json.dumps([source, by_release]))


def start_of(verdict):
    if verdict is None:
        return None
    line, column = (verdict["place"] or [None, None])[:2]
    return [verdict["class"], verdict["message"], line, column]


if __name__ == "__main__":
    main()
