#!/usr/bin/env python3
"""Makes the Unicode tables of src/targets/unicode/ from the CPythons whose tables they are.

    scripts/unicode_tables.py                   writes classes.rs, names.txt and testdata/unicode/digests.txt
    scripts/unicode_tables.py --check           fails if a committed file is not what the interpreters give
    scripts/unicode_tables.py --aliases FILE    adds the aliases of a NameAliases.txt (Unicode Character Database)

No interpreter lists aliases: those of names.txt are asked for again, and a new Unicode version needs --aliases once.
An interpreter that is missing is an error; with --check it ends the script with status 77 (skipped).
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "src/targets/unicode"
CLASSES = FOLDER / "classes.rs"
NAMES = FOLDER / "names.txt"
DIGESTS = ROOT / "testdata/unicode/digests.txt"

PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
BUILT = Path.home() / ".cache/crosspyc-pythons/bin"
# Unicode versions, oldest first, and an interpreter with the tables of each. 3.10 has those of 3.9.
INTERPRETERS = [
    ("12.1.0", PYENV / "3.8.18/bin/python"),
    ("13.0.0", PYENV / "3.9.18/bin/python"),
    ("14.0.0", PYENV / "3.11.7/bin/python"),
    ("15.0.0", PYENV / "3.12.1/bin/python"),
    ("15.1.0", BUILT / "python3.13"),
    ("16.0.0", BUILT / "python3.14"),
    ("17.0.0", BUILT / "python3.15"),
]
SKIPPED = 77
# Names in a block of names.txt: the first is written whole.
BLOCK = 32

# What runs in each interpreter. It prints one JSON value.
PROPERTIES = r"""
import json, sys, unicodedata
classes = []
for point in range(0x110000):
    char = chr(point)
    classes.append(char.isidentifier() | ("a" + char).isidentifier() << 1 | char.isprintable() << 2)
names = {}
for point in range(0x110000):
    name = unicodedata.name(chr(point), None)
    if name is not None:
        names[name] = point
json.dump([unicodedata.unidata_version, classes, names], sys.stdout)
"""

LOOKUP = r"""
import json, sys, unicodedata
def known(name):
    # Not unicodedata.lookup(), which knows sequences too.
    try:
        return len(("\\N{%s}" % name).encode().decode("unicode_escape")) == 1
    except UnicodeDecodeError:
        return False
json.dump([known(name) for name in json.load(sys.stdin)], sys.stdout)
"""

DIGEST = r"""
import json, sys, unicodedata
def fnv(parts):
    value = 0xcbf29ce484222325
    for part in parts:
        for byte in part:
            value = (value ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return "%016x" % value
def points(holds):
    return fnv(b"%x " % point for point in range(0x110000) if holds(chr(point)))
def normalized():
    for point in range(0x80, 0x110000):
        char = chr(point)
        if ("a" + char).isidentifier():
            form = unicodedata.normalize("NFKC", char)
            if form != char:
                yield ("%x " % point + form + " ").encode()
def identifiers():
    # Mostly characters of blocks with combining ones, whose order and composition are what can go wrong.
    pool = [chr(point) for point in range(0x110000) if ("a" + chr(point)).isidentifier()]
    blocks = (0x300, 0x370), (0x900, 0x1100), (0x1dc0, 0x1f00), (0xfb00, 0x10000), (0x11000, 0x11800), (0x16d00, 0x16e00)
    marks = [char for char in pool if any(first <= ord(char) < end for first, end in blocks)]
    jamo = [chr(point) for point in range(0x1100, 0x1200)]
    state = 1
    for _ in range(200000):
        text = "a"
        for _ in range(5):
            state = (state * 6364136223846793005 + 1442695040888963407) & 0xffffffffffffffff
            chosen = (pool, marks, marks, jamo)[state >> 33 & 3]
            text += chosen[(state >> 36) % len(chosen)]
        yield text
def known(names):
    for name, point in names:
        text = ("\\N{%s}" % name).encode()
        try:
            found = text.decode("unicode_escape") == chr(point)
        except UnicodeDecodeError:
            found = False
        if found:
            yield (name + " ").encode()
names = json.load(sys.stdin)
normal = fnv(unicodedata.normalize("NFKC", text).encode() + b" " for text in identifiers())
print("start", points(str.isidentifier))
print("continue", points(lambda char: ("a" + char).isidentifier()))
print("printable", points(str.isprintable))
print("nfkc", fnv(normalized()))
print("nfkc-of-identifiers", normal)
print("names", fnv(known(names)))
"""


def ask(python, script, value=None):
    command = [str(python), "-I", "-X", "utf8", "-W", "ignore", "-c", script]
    done = subprocess.run(command, input=json.dumps(value), stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout


def is_derived(name, point):
    """Whether the name is made from the code point by a rule that src/targets/unicode/names.rs knows."""
    return name.startswith("HANGUL SYLLABLE ") or name.endswith("-%04X" % point)


def masks_of(answers):
    """For each item of several lists of the same length: in which versions it is true, a bit each."""
    return [sum(bool(answer) << bit for bit, answer in enumerate(item)) for item in zip(*answers)]


def old_aliases():
    """The names in the present names.txt that say from which version on they are known."""
    if not NAMES.exists():
        return {}
    return {name: point for name, point, since in read_names(NAMES.read_text(encoding="ascii")) if since is not None}


def read_names(text):
    name, point = "", 0
    for line in text.splitlines():
        coded, _, rest = line.partition(";")
        shared = 0 if coded[0] == "=" else ord(coded[0]) - ord("a")
        name = name[:shared] + coded[1:]
        number, _, since = rest.partition("@")
        point = int(number, 16) if number else point + 1
        yield name, point, int(since) if since else None


def aliases_of(path):
    """CPython: `Tools/unicode/makeunicodedata.py` takes every line of the file."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line:
            point, name = line.split(";")[:2]
            found[name.strip()] = int(point, 16)
    return found


def first_version(mask):
    """The number of the first version of a mask that, once set, stays set."""
    first = (mask & -mask).bit_length() - 1
    assert mask == (1 << len(INTERPRETERS)) - (1 << first), bin(mask)
    return first


def names_text(names, known, aliases):
    """One name a line, sorted: `=` before the first of a block; otherwise a character that says how much it shares
    with the name before (`a` for nothing, the next in ASCII for each letter), and the rest. Then `;` and the code
    point, left out where it is the next one; `@` and a number for an alias: the first version that knows it."""
    lines, previous, last = [], "", None
    for index, (name, point) in enumerate(sorted(names.items())):
        whole = index % BLOCK == 0
        shared = 0 if whole else len(os.path.commonprefix([previous, name]))
        code = "=" if whole else chr(ord("a") + min(shared, ord("~") - ord("a")))
        shared = 0 if whole else ord(code) - ord("a")
        line = code + name[shared:]
        if name in aliases:
            line += ";%X@%d" % (point, first_version(known[name]))
        elif whole or point != last + 1:
            line += ";%X" % point
        lines.append(line)
        previous, last = name, point
    return "\n".join(lines) + "\n"


def derived_ranges(names):
    """Prefix, first and last code point of the names that end in the code point in hexadecimal."""
    ranges = []
    for point, name in sorted((point, name) for name, point in names.items() if name.endswith("-%04X" % point)):
        prefix = name.removesuffix("%04X" % point)
        if ranges and ranges[-1][0] == prefix and ranges[-1][2] == point - 1:
            ranges[-1][2] = point
        else:
            ranges.append([prefix, point, point])
    return ranges


def classes_text(masks, ranges):
    """`masks`: for each code point start, continues, printable, named."""
    classes, runs, last = [], [], None
    for point, mask in enumerate(masks):
        if mask != last:
            if mask not in classes:
                classes.append(mask)
            runs.append(point << 8 | classes.index(mask))
            last = mask
    lines = [
        "//! What each version of Unicode says of every code point. Generated by `scripts/unicode_tables.py`.",
        "",
        "use super::Class;",
        "",
        "/// The kinds of code points. A bit for each [`UnicodeVersion`](super::UnicodeVersion), the lowest",
        "/// for the oldest.",
        "#[rustfmt::skip]",
        f"pub(super) static CLASSES: [Class; {len(classes)}] = [",
    ]
    fields = "start", "continues", "printable", "named"
    for mask in classes:
        shown = ", ".join(f"{field}: {value:#04x}" for field, value in zip(fields, mask))
        lines.append(f"    Class {{ {shown} }},")
    lines += [
        "];",
        "",
        "/// Runs of code points of one kind: the first code point, shifted left by 8 bits, and an index into",
        "/// [`CLASSES`].",
        "#[rustfmt::skip]",
        f"pub(super) static RUNS: [u32; {len(runs)}] = [",
    ]
    lines += ["    " + " ".join(f"{run:#x}," for run in runs[at : at + 8]) for at in range(0, len(runs), 8)]
    lines += [
        "];",
        "",
        "/// Code points whose names are a prefix and the code point in hexadecimal: the prefix, the first",
        "/// and the last one. Some versions lack some of the names: see [`Class::named`].",
        "#[rustfmt::skip]",
        f"pub(super) static DERIVED_NAMES: [(&str, u32, u32); {len(ranges)}] = [",
    ]
    lines += [f'    ("{prefix}", {first:#x}, {last:#x}),' for prefix, first, last in ranges]
    return "\n".join([*lines, "];", ""])


def make(added_aliases):
    properties, all_names = [], {}
    for version, python in INTERPRETERS:
        unidata, classes, names = json.loads(ask(python, PROPERTIES))
        assert unidata == version, f"{python} has Unicode {unidata}"
        properties.append(classes)
        for name, point in names.items():
            assert all_names.setdefault(name, point) == point, name
    # Not every interpreter that takes a derived name gives it: 3.14 has no names for Tangut.
    aliases = {name: point for name, point in (old_aliases() | added_aliases).items() if name not in all_names}
    all_names |= aliases
    ordered = sorted(all_names)
    known = dict(zip(ordered, masks_of([json.loads(ask(python, LOOKUP, ordered)) for _, python in INTERPRETERS])))
    named = [0] * 0x110000
    for name, point in all_names.items():
        if name not in aliases:
            named[point] = known[name]
    columns = [masks_of([[flags >> bit & 1 for flags in one] for one in properties]) for bit in range(3)]
    tabled = {name: point for name, point in all_names.items() if name in aliases or not is_derived(name, point)}
    for name, point in tabled.items():
        assert name in aliases or known[name] == named[point], name
    digests = "".join(
        f"{version} {line}\n"
        for version, python in INTERPRETERS
        for line in ask(python, DIGEST, sorted((name, point) for name, point in all_names.items())).splitlines()
    )
    return {
        CLASSES: classes_text(list(zip(*columns, named)), derived_ranges(all_names)),
        NAMES: names_text(tabled, known, aliases),
        DIGESTS: digests,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the committed files, write nothing")
    parser.add_argument("--aliases", type=Path, metavar="FILE", help="a NameAliases.txt with aliases to add")
    args = parser.parse_args()
    for version, python in INTERPRETERS:
        if not os.access(python, os.X_OK):
            print(f"unicode_tables.py: no interpreter with Unicode {version} at {python}", file=sys.stderr)
            sys.exit(SKIPPED if args.check else 1)
    made = make(aliases_of(args.aliases) if args.aliases else {})
    stale = [path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if args.check:
        sys.exit("".join(f"unicode_tables.py: {path.relative_to(ROOT)} is not current\n" for path in stale) or 0)
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], encoding="utf-8")


if __name__ == "__main__":
    main()
