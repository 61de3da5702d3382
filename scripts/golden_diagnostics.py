#!/usr/bin/env python3
"""Writes down what CPythons say of broken sources, for tests/syntax.rs.

    scripts/golden_diagnostics.py PYTHON... [--count 3000] [--seed 1]

The sources are those of testdata/syntax/broken.jsonl, written by hand, and short ones of scripts/broken_sources.py from the
libraries of the first and the last interpreter, no more than a few for each message. testdata/syntax/verdicts-RELEASE.jsonl has
a line for each source: the source and its verdict, which is null or class, message, line, column, end line and end column. A
later release has lines only where its verdict differs from that of the one before. Name the interpreters from the oldest on.
"""

import argparse
import collections
import itertools
import json

import broken_sources
import comparison

FOLDER = comparison.ROOT / "testdata/syntax"
LONGEST = 110
"""Characters."""

ALIKE = 30
"""How many sources with messages of one shape are taken."""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", metavar="PYTHON", nargs="+")
    parser.add_argument("--count", metavar="N", type=int, default=3000)
    parser.add_argument("--seed", metavar="S", type=int, default=1)
    args = parser.parse_args()
    with open(FOLDER / "broken.jsonl", encoding="utf-8") as file:
        sources = dict.fromkeys(json.loads(line) for line in file)
    ends = [args.pythons[0], args.pythons[-1]]
    for number, python in enumerate(ends, 1):
        wanted = len(sources) + (args.count - len(sources)) // (len(ends) + 1 - number)
        draw(python, args.seed, wanted, sources)
    last = {}
    for python in args.pythons:
        write_verdicts(python, list(sources), last)


def draw(python, seed, wanted, sources):
    """Adds sources until there are as many as wanted, or the library gives no more."""
    drawn = (text for text in broken_sources.broken(python, seed) if len(text) <= LONGEST and text not in sources)
    drawn, alike = list(itertools.islice(drawn, 12 * wanted)), collections.Counter()
    for source, verdict in zip(drawn, verdicts(python, drawn)):
        kind = comparison.shape(verdict[1]) if isinstance(verdict, list) else str(verdict)
        alike[kind] += 1
        if alike[kind] <= ALIKE * (1 + 3 * (kind == "invalid syntax")) and verdict != "crash":
            sources[source] = None
        if len(sources) >= wanted:
            return


def verdicts(python, sources):
    """Of each source None or what the exception has; "crash" where there is no answer that holds for the next process."""
    for answer in comparison.reference(python).ask({"ask": "verdict", "source": source} for source in sources):
        verdict = answer.get("verdict", "crash")
        if isinstance(verdict, dict):
            verdict = [verdict["class"], verdict["message"], *(verdict["place"] or [None] * 4)]
            if comparison.without_addresses(verdict[1]) != verdict[1]:
                verdict = "crash"
        yield verdict


def write_verdicts(python, sources, last):
    version = comparison.facts(python)["version"]
    with open(FOLDER / f"verdicts-{version}.jsonl", "w", encoding="utf-8") as file:
        for source, verdict in zip(sources, verdicts(python, sources)):
            if last.get(source, "unknown") != verdict:
                file.write(json.dumps([source, verdict], ensure_ascii=False) + "\n")
                last[source] = verdict


if __name__ == "__main__":
    main()
