"""Rewrites the goldens in testdata/symtable: run it with the CPython they are for, 3.12.1.

    python3.12 tests/symtable/oracle.py              every NAME.symtable from NAME.py, and the answers in errors.txt
    python3.12 tests/symtable/oracle.py FILE...      prints the dump of each file

What the `symtable` module does not show of a scope is read from the memory of its `symtable entry`.
"""

import ctypes
import pathlib
import symtable
import sys

KINDS = ["function", "class", "module", "annotation", "bound", "alias", "typeparams"]
PLACES = [None, "local", "global-explicit", "global-implicit", "free", "cell"]
COMPREHENSIONS = [None, "list", "dict", "set", "generator-expression"]
FLAGS = [
    "global", "bound", "param", "nonlocal", "use", "def-free",
    "free-class", "import", "annot", "comp-iter", "type-param", "comp-cell",
]


class Entry(ctypes.Structure):
    """CPython: `Include/internal/pycore_symtable.h` `struct _symtable_entry` (3.12)"""

    _fields_ = (
        [("head", ctypes.c_char * object.__basicsize__)]
        + [(name, ctypes.c_void_p) for name in ("id", "symbols", "name", "varnames", "children")]
        + [("directives", ctypes.c_void_p), ("type", ctypes.c_int), ("nested", ctypes.c_int)]
        + [(name, ctypes.c_uint, 1) for name in ("free", "child_free", "generator", "coroutine")]
        + [("comprehension", ctypes.c_uint)]
        + [(name, ctypes.c_uint, 1) for name in ("varargs", "varkeywords", "returns_value")]
        + [(name, ctypes.c_uint, 1) for name in ("needs_class_closure", "needs_classdict", "comp_inlined")]
        + [(name, ctypes.c_uint, 1) for name in ("comp_iter_target", "can_see_class_scope")]
        + [("comp_iter_expr", ctypes.c_int)]
        + [(name, ctypes.c_int) for name in ("lineno", "col", "end_lineno", "end_col")]
    )


PROPERTIES = [
    "nested", "free", "child_free", "generator", "coroutine", "varargs", "varkeywords",
    "returns_value", "needs_class_closure", "needs_classdict", "can_see_class_scope",
]


def dump(scope, indent, lines):
    entry = Entry.from_address(id(scope))
    words = [KINDS[entry.type], scope.name]
    words.append(f"{entry.lineno}:{entry.col}-{entry.end_lineno}:{entry.end_col}")
    words += [word.replace("_", "-") for word in PROPERTIES if getattr(entry, word)]
    if entry.comprehension:
        words.append(COMPREHENSIONS[entry.comprehension])
    if scope.varnames:
        words.append("varnames=" + ",".join(scope.varnames))
    if entry.directives:
        directives = ctypes.cast(entry.directives, ctypes.py_object).value
        words += [f"directive={name}@{a}:{b}-{c}:{d}" for name, a, b, c, d in directives]
    lines.append("  " * indent + " ".join(words))
    # CPython adds the names that are only passed on in the order of a set, which differs from run to run.
    free, free_class = 4 << 12, 1 << 6
    passed_on = [item for item in scope.symbols.items() if item[1] & ~free_class == free]
    symbols = [item for item in scope.symbols.items() if item not in passed_on] + sorted(passed_on)
    for name, bits in symbols:
        flags = [word for bit, word in enumerate(FLAGS) if bits >> bit & 1]
        lines.append("  " * indent + " ".join(["  .", name, str(PLACES[bits >> 12]), *flags]))
    for child in scope.children:
        dump(child, indent + 1, lines)


def dump_source(source, filename):
    lines = []
    dump(symtable.symtable(source, filename, "exec")._table, 0, lines)
    return "\n".join(lines) + "\n"


def answer(source):
    try:
        symtable.symtable(source, "case", "exec")
    except SyntaxError as fault:
        place = f"{fault.lineno}:{fault.offset}-{fault.end_lineno}:{fault.end_offset}"
        return f"=> {place} {fault.msg}"
    return "=> no fault"


def rewrite_errors(path):
    text = path.read_text(encoding="utf-8")
    cases = text.split("---\n")
    head, cases = cases[0], cases[1:]
    out = [head]
    for case in cases:
        source = "".join(line for line in case.splitlines(True) if not line.startswith("=>"))
        out.append(source + answer(source) + "\n")
    path.write_text("---\n".join(out), encoding="utf-8")


def main():
    if len(sys.argv) > 1:
        for name in sys.argv[1:]:
            sys.stdout.write(dump_source(pathlib.Path(name).read_bytes(), name))
        return
    folder = pathlib.Path(__file__).parent.parent.parent / "testdata" / "symtable"
    for path in sorted(folder.glob("*.py")):
        golden = dump_source(path.read_bytes(), path.name)
        path.with_suffix(".symtable").write_text(golden, encoding="utf-8")
    rewrite_errors(folder / "errors.txt")


if __name__ == "__main__":
    main()
