"""Rewrites the goldens in testdata/symtable: run it with each CPython they are for, oldest first.

    python3.12 tests/symtable/oracle.py              every NAME.symtable from NAME.py, and the answers in errors.txt
    python3.14 tests/symtable/oracle.py              NAME.3.14.symtable, where it differs from the version before; its answers
    python3.12 tests/symtable/oracle.py FILE...      prints the dump of each file

What the `symtable` module does not show of a scope is read from the memory of its `symtable entry`.
"""

import ast
import ctypes
import pathlib
import re
import symtable
import sys

VERSION = sys.version_info[1]
VERSIONS = [12, 13, 14, 15]

KINDS = ["function", "class", "module", "annotation", "bound", "alias", "typeparams"]
if sys.version_info >= (3, 13):
    KINDS[4:] = ["alias", "typeparams", "bound"]
PLACES = [None, "local", "global-explicit", "global-implicit", "free", "cell"]
COMPREHENSIONS = [None, "list", "dict", "set", "generator-expression"]
FLAGS = [
    "global", "bound", "param", "nonlocal", "use", "def-free",
    "free-class", "import", "annot", "comp-iter", "type-param", "comp-cell",
]


def fields():
    objects = ["id", "symbols", "name", "function_name", "varnames", "children", "directives", "mangled_names"]
    if VERSION < 15:
        objects.remove("function_name")
    if VERSION < 13:
        objects.remove("mangled_names")
    has_annotations = VERSION >= 14
    first = ["generator", "coroutine"]
    first = [*first, "annotations_used"] if has_annotations else ["free", "child_free", *first]
    second = [
        "varargs", "varkeywords", "returns_value", "needs_class_closure", "needs_classdict",
        "comp_inlined", "comp_iter_target", "can_see_class_scope",
    ]
    if has_annotations:
        second += ["has_docstring", "method", "has_conditional_annotations"]
    location = ["lineno", "col", "end_lineno", "end_col"]
    if has_annotations:
        location.sort(key=lambda name: "col" in name)
    return (
        [("head", ctypes.c_char * object.__basicsize__)]
        + [(name, ctypes.c_void_p) for name in objects]
        + [("type", ctypes.c_int)]
        + ([("scope_info", ctypes.c_void_p)] if VERSION >= 13 else [])
        + [("nested", ctypes.c_int)]
        + [(name, ctypes.c_uint, 1) for name in first]
        + [("comprehension", ctypes.c_uint)]
        + [(name, ctypes.c_uint, 1) for name in second]
        + ([("visiting", ctypes.c_uint, VERSION - 12)] if has_annotations else [])
        + [("comp_iter_expr", ctypes.c_int)]
        + [(name, ctypes.c_int) for name in location]
    )


class Entry(ctypes.Structure):
    """CPython: `Include/internal/pycore_symtable.h` `struct _symtable_entry` (3.12–)"""

    _fields_ = fields()


PROPERTIES = [
    "nested", "generator", "coroutine", "varargs", "varkeywords",
    "returns_value", "needs_class_closure", "needs_classdict", "can_see_class_scope",
    "annotations_used", "has_docstring", "method", "has_conditional_annotations",
]


def dump(scope, indent, lines):
    entry = Entry.from_address(id(scope))
    words = [KINDS[entry.type], scope.name.strip("<>")]
    words.append(f"{entry.lineno}:{entry.col}-{entry.end_lineno}:{entry.end_col}")
    words += [word.replace("_", "-") for word in PROPERTIES if getattr(entry, word, 0)]
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
        # Patch releases differ in whether uses in inlined comprehensions count here; nothing else depends on it.
        if VERSION >= 14 and PLACES[bits >> 12] in ("local", "cell") and "use" in flags:
            flags.remove("use")
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
        return f"{place} {fault.msg}"
    return "no fault"


def key(version):
    """What an answer of a version begins with."""
    return "=> " if version == VERSIONS[0] else f"=3.{version}> "


def is_syntax(source):
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


def rewrite_errors(path):
    """Each version that has the syntax has an answer, but only where it is other than the one before."""
    cases = path.read_text(encoding="utf-8").split("---\n")
    out = [cases[0]]
    for case in cases[1:]:
        lines = case.splitlines(True)
        source = "".join(line for line in lines if not re.match(r"=[\d.]*> ", line))
        answers = {
            version: line.removeprefix(key(version))
            for version in VERSIONS for line in lines if line.startswith(key(version))
        }
        before = [answers[version] for version in VERSIONS if version < VERSION and version in answers]
        answers.pop(VERSION, None)
        if is_syntax(source) and before[-1:] != [answer(source) + "\n"]:
            answers[VERSION] = answer(source) + "\n"
        kept = (key(version) + answers[version] for version in VERSIONS if version in answers)
        out.append(source + "".join(kept))
    path.write_text("---\n".join(out), encoding="utf-8")


def rewrite_golden(path):
    names = [path.with_suffix(".symtable" if version == VERSIONS[0] else f".3.{version}.symtable") for version in VERSIONS]
    own = names[VERSIONS.index(VERSION)]
    own.unlink(missing_ok=True)
    if not is_syntax(path.read_bytes()):
        return
    before = [name.read_text(encoding="utf-8") for name in names[: VERSIONS.index(VERSION)] if name.exists()]
    golden = dump_source(path.read_bytes(), path.name)
    if not before or before[-1] != golden:
        own.write_text(golden, encoding="utf-8")


def main():
    if len(sys.argv) > 1:
        for name in sys.argv[1:]:
            sys.stdout.write(dump_source(pathlib.Path(name).read_bytes(), name))
        return
    folder = pathlib.Path(__file__).parent.parent.parent / "testdata" / "symtable"
    for path in sorted(folder.glob("*.py")):
        rewrite_golden(path)
    rewrite_errors(folder / "errors.txt")


if __name__ == "__main__":
    main()
