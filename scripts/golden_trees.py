#!/usr/bin/env python3
"""Writes down the trees that CPythons make of sources, for tests/syntax.rs.

    scripts/golden_trees.py PYTHON...            the trees of testdata/syntax/trees/*.py
    scripts/golden_trees.py PYTHON... --library  and a hash for each module of their libraries: testdata/syntax/stdlib-RELEASE.txt

`NAME.RELEASE.ast` is the tree of NAME.py from that release on; a release whose tree is that of the one before has no file. Name
the interpreters from the oldest to the newest. `# since: VERSION` on the first line of a source names the first version that has its
syntax, `# until: VERSION` the last.
"""

import argparse
import os
import sys

import comparison

TREES = comparison.ROOT / "testdata/syntax/trees"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pythons", metavar="PYTHON", nargs="+")
    parser.add_argument("--library", action="store_true")
    args = parser.parse_args()
    for golden in TREES.glob("*.ast"):
        golden.unlink()
    last = {}
    for python in args.pythons:
        facts = comparison.facts(python)
        write_trees(python, facts["version"], last)
        if args.library:
            write_digests(python, facts)


def write_trees(python, release, last):
    """The trees that are not those of the `last` release."""
    version = tuple(map(int, release.split(".")[:2]))
    paths = [path for path in sorted(TREES.glob("*.py")) if marked(path, "since", (0, 0)) <= version <= marked(path, "until", version)]
    for path, answer in zip(paths, comparison.reference(python).ask({"ask": "tree", "path": str(path)} for path in paths)):
        if "tree" not in answer:
            sys.exit(f"golden_trees: {path.name}, {release}: {answer}")
        if answer["tree"] != last.get(path):
            path.with_suffix(f".{release}.ast").write_text(answer["tree"], encoding="utf-8")
            last[path] = answer["tree"]


def marked(path, word, default):
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    start = f"# {word}: "
    return tuple(map(int, first.removeprefix(start).split("."))) if first.startswith(start) else default


def write_digests(python, facts):
    """A line per module: the hash of its tree, or the exception's name if it is refused, and its path in the library."""
    paths = comparison.modules(facts["stdlib"])
    lines = []
    for path, answer in zip(paths, comparison.reference(python).ask({"ask": "digest", "path": path} for path in paths)):
        digest = answer["digest"] if "digest" in answer else answer["verdict"]["class"]
        lines.append(f"{digest} {os.path.relpath(path, facts['stdlib'])}\n")
    golden = comparison.ROOT / f"testdata/syntax/stdlib-{facts['version']}.txt"
    golden.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
