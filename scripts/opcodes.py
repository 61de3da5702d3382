#!/usr/bin/env python3
"""Writes src/targets/opcodes/v3_*.rs: the opcodes of the Python that runs this, from its `opcode` module.

    python3.14 scripts/opcodes.py > src/targets/opcodes/v3_14.rs
    python3.14 scripts/opcodes.py --check src/targets/opcodes/v3_14.rs

With --check, fails if the file is not what would be written.
"""

import opcode
import sys

VERSION = "%d.%d" % sys.version_info[:2]

# Instructions that no compiler emits: the interpreter or a tracer puts them into running code.
INTERNAL = {"ANNOTATIONS_PLACEHOLDER", "ENTER_EXECUTOR", "TRACE_RECORD"}
INTERNAL_PREFIXES = ("INSTRUMENTED_",)
# Pseudo-instructions that crosspyc's code generation does without: it emits what they stand for.
UNUSED = {"LOAD_METHOD", "LOAD_SUPER_METHOD", "LOAD_ZERO_SUPER_ATTR", "LOAD_ZERO_SUPER_METHOD"}
# The jump to anywhere of versions without such a pseudo-instruction: the compiler emits a real one.
ANYWHERE = ["JUMP"] if "JUMP_ABSOLUTE" in opcode.opmap and "JUMP" not in opcode.opmap else []
# The pseudo-instructions of versions whose `opcode` module leaves them out, in the order of their numbers: -1, -2, ...
UNLISTED = {
    "3.11": [
        "SETUP_FINALLY",
        "SETUP_CLEANUP",
        "SETUP_WITH",
        "POP_BLOCK",
        "JUMP",
        "JUMP_NO_INTERRUPT",
        "POP_JUMP_IF_FALSE",
        "POP_JUMP_IF_TRUE",
        "POP_JUMP_IF_NONE",
        "POP_JUMP_IF_NOT_NONE",
    ],
}.get(VERSION, [])
NUMBERS = dict(opcode.opmap)
NUMBERS.update((name, -1 - index) for index, name in enumerate(UNLISTED))
NUMBERS.update((name, opcode.opmap["JUMP_ABSOLUTE"]) for name in ANYWHERE)


def instructions():
    """Yields (name, number or None for a pseudo-instruction), real ones first, each by number."""
    numbers = {name: number for name, number in opcode.opmap.items() if number < 256}
    for name, number in sorted(numbers.items(), key=lambda item: item[1]):
        if name not in INTERNAL and not name.startswith(INTERNAL_PREFIXES):
            yield name, number
    for name in sorted(name for name, number in NUMBERS.items() if not 0 <= number < 256 or name in ANYWHERE):
        if name not in INTERNAL | UNUSED:
            yield name, None


def caches(name, number):
    if number is None:
        return 0
    entries = getattr(opcode, "_inline_cache_entries", {})
    return entries[number] if isinstance(entries, list) else entries.get(name, 0)


def role(name):
    """What the flow graph needs to know of the instruction, as a variant of `Role`."""
    number = NUMBERS[name]
    is_setup = name.startswith("SETUP_") and (name in UNLISTED or number in opcode.hasjrel)
    if number in getattr(opcode, "hasexc", []) or is_setup:
        return "BlockPush(%d)" % effect(number, 0, jump=True)
    if number in opcode.hasjrel + opcode.hasjabs or "JUMP" in name and name in UNLISTED:
        taken = effect(number, 0, jump=True)
        return "Jump" if taken == effect(number, 0, jump=False) else "JumpTo(%d)" % taken
    if number in opcode.hasconst:
        return "Const"
    return "Plain"


def effect(number, argument, jump):
    try:
        return opcode.stack_effect(number, argument, jump=jump)
    except ValueError:
        # It takes no argument.
        return opcode.stack_effect(number, None, jump=jump)


def effects(name):
    """The change of stack depth for each argument from 0 to 4."""
    return [effect(NUMBERS[name], argument, jump=False) for argument in range(5)]


def rust_name(name):
    # From 3.14 on its argument says where the `SEND` of its loop is.
    if name == "END_ASYNC_FOR" and role(name) == "Jump":
        return "END_ASYNC_FOR_FROM_SEND"
    return name


def roles():
    return sorted({role(name).split("(")[0] for name, _ in instructions()})


def text():
    lines = [
        f"//! CPython {VERSION}'s instructions. Written by `scripts/opcodes.py`.",
        "",
        "use super::Opcode::*;",
        "use super::table::Role::{%s};" % ", ".join(roles()),
        "use super::table::Row;",
        "",
        "pub(super) static ROWS: &[Row] = &[",
    ]
    for name, number in instructions():
        shown = "None" if number is None else f"Some({number})"
        lines.append(f"    ({rust_name(name)}, {shown}, {caches(name, number)}, {role(name)}),")
    lines += [
        "];",
        "",
        "/// The change of stack depth for each argument from 0 to 4, as that CPython computes it.",
        "#[cfg(test)]",
        "#[rustfmt::skip]",
        "pub(super) static EFFECTS: &[(super::Opcode, [i32; 5])] = &[",
    ]
    lines += [f"    ({rust_name(name)}, {effects(name)})," for name, _ in instructions()]
    lines.append("];")
    return "\n".join(lines) + "\n"


def main():
    if sys.argv[1:2] != ["--check"]:
        sys.stdout.write(text())
    elif open(sys.argv[2], encoding="utf-8").read() != text():
        sys.exit(f"{sys.argv[2]} is not what Python {VERSION} has: write it again")


main()
