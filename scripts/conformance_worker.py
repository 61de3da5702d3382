"""The part of scripts/conformance that runs in the reference interpreter, any from 3.8 on.

Reads one JSON request from stdin: the tree, the optimisation level, and for each file its name, the pyc that crosspyc may have
written, what crosspyc said if it wrote none, and the pyc of the reference if that is not to be made here. Prints one JSON object
a file as soon as it is known. Before it comes one that says that the interpreter survived its own compilation of the file.
"""

import dis
import importlib._bootstrap_external as bootstrap
import importlib.util
import json
import marshal
import os
import struct
import sys
import types

BYTES_VARY = sys.version_info < (3, 11)
"""The interpreter's own bytes vary from run to run."""

REJECTIONS = (SyntaxError, ValueError, RecursionError, OverflowError, MemoryError, SystemError, UnicodeError)

# Fields other than the code itself, in the order in which they are looked at.
HEAD = ["co_name", "co_qualname", "co_flags", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_nlocals"]
NAMES = ["co_varnames", "co_cellvars", "co_freevars", "co_names"]
TAIL = ["co_exceptiontable", "co_stacksize", "co_firstlineno", "co_linetable", "co_lnotab", "co_filename"]


def main():
    request = json.load(sys.stdin)
    for name, pyc, said, golden in request["files"]:
        if golden:
            result = examine_golden(golden, pyc, said)
        else:
            result = examine(request["tree"], name, pyc, said, request["optimize"])
        result["file"] = name
        print(json.dumps(result), flush=True)


def examine(tree, name, pyc, said, optimize):
    with open(os.path.join(tree, name), "rb") as file:
        data = file.read()
    try:
        # The order of these two lines matters: marshal looks at reference counts.
        code = compile(data, name, "exec", dont_inherit=True, optimize=optimize)
        expected = bootstrap._code_to_hash_pyc(code, importlib.util.source_hash(data), True)
    except REJECTIONS as error:
        return rejected(error, pyc, said)
    finally:
        print(json.dumps({"compiled": name}), flush=True)
    return judge(code, expected, pyc, said)


def examine_golden(golden, pyc, said):
    if not os.path.exists(golden):
        return rejected(None, pyc, said)
    with open(golden, "rb") as file:
        expected = file.read()
    return judge(marshal.loads(expected[16:]), expected, pyc, said)


def judge(code, expected, pyc, said):
    result = {"objects": count(code), "same_objects": 0}
    if not os.path.exists(pyc):
        return dict(result, **not_compiled(said))
    with open(pyc, "rb") as file:
        actual = file.read()
    if actual == expected:
        return dict(result, status="identical", same_objects=result["objects"])
    try:
        ours = marshal.loads(actual[16:])
    except Exception as error:
        return dict(result, status="unreadable", kinds=[["unreadable pyc", "", repr(error)]])
    differences = list(compare(ours, code))
    result["same_objects"] = max(0, result["objects"] - len(differences))
    if not differences:
        detail = "first at byte %d of %d" % (first_difference(actual, expected), len(expected))
        if actual[:16] != expected[:16]:
            return dict(result, status="same-code", kinds=[["header", "", detail]])
        return dict(result, status="same-code", kinds=[] if BYTES_VARY else [["bytes only", "", detail]])
    return dict(result, status="different", kinds=differences[:50])


def count(code):
    number, todo = 0, [code]
    while todo:
        number += 1
        todo += nested_code(todo.pop())
    return number


def not_compiled(said):
    if said is None:
        return {"status": "missing", "kinds": [["missing", "", ""]]}
    if said["type"] == "internal-error":
        return {"status": "panic", "kinds": [["panic: " + said["message"][:100], "", said["message"]]]}
    kind = "rejected: %s" % said["message"][:100]
    detail = "%s: %s at %s:%s" % (said["exception"], said["message"], said["line"], said["column"])
    return {"status": "rejected-wrongly", "kinds": [[kind, "", detail]]}


def rejected(error, pyc, said):
    message = getattr(error, "msg", None) or str(error)
    place = [getattr(error, "lineno", None), getattr(error, "offset", None)]
    shown = "%s: %s at %s:%s" % (type(error).__name__, message, place[0], place[1])
    if os.path.exists(pyc):
        return {"status": "accepted-wrongly", "kinds": [["accepted: " + message[:100], "", shown]]}
    if said is None:
        return {"status": "missing", "kinds": [["missing", "", ""]]}
    if said["type"] == "internal-error":
        return {"status": "panic", "kinds": [["panic: " + said["message"][:100], "", said["message"]]]}
    agreed = 3 if error is None else 0
    if (said["exception"], said["message"]) == (type(error).__name__, message):
        agreed = 1
        if said["line"] == place[0]:
            agreed = 2
            if said["column"] == place[1]:
                agreed = 3
    ours = "%s: %s at %s:%s" % (said["exception"], said["message"], said["line"], said["column"])
    return {"status": "rejected", "agreed": agreed, "diagnostics": [ours, shown]}


def compare(ours, theirs):
    """The first difference of each pair of code objects that differ: kind, qualified name, detail."""
    todo = [(ours, theirs)]
    while todo:
        ours, theirs = todo.pop()
        nested = [nested_code(ours), nested_code(theirs)]
        if len(nested[0]) == len(nested[1]):
            todo += zip(*nested)
        difference = first_field(ours, theirs)
        if difference:
            kind, detail = difference
            yield [kind, getattr(theirs, "co_qualname", theirs.co_name), detail[:1500]]


def nested_code(code):
    return [const for const in code.co_consts if isinstance(const, types.CodeType)]


def first_field(ours, theirs):
    for field in HEAD:
        if getattr(ours, field, None) != getattr(theirs, field, None):
            return field, shown(ours, theirs, field)
    one, other = instructions(ours), instructions(theirs)
    opnames = [[entry[1] for entry in side] for side in (one, other)]
    if opnames[0] != opnames[1]:
        index = first_difference(*opnames)
        pair = [side[index] if index < len(side) else "end" for side in opnames]
        return "instructions: %s for %s" % tuple(pair), side_by_side(one, other, index)
    for field in NAMES:
        if getattr(ours, field) != getattr(theirs, field):
            same = sorted(getattr(ours, field)) == sorted(getattr(theirs, field))
            return field + (" order" if same else ""), shown(ours, theirs, field)
    difference = consts(ours, theirs)
    if difference:
        return difference
    if ours.co_code != theirs.co_code:
        index = first_difference(one, other)
        return "argument of " + one[min(index, len(one) - 1)][1], side_by_side(one, other, index)
    for field in TAIL:
        if getattr(ours, field, None) != getattr(theirs, field, None):
            if field in ("co_linetable", "co_exceptiontable"):
                return tables(ours, theirs, field, one)
            return field, shown(ours, theirs, field)
    return None


def shown(ours, theirs, field):
    return "%r\nexpected %r" % (getattr(ours, field, None), getattr(theirs, field, None))


def first_difference(one, other):
    for index, pair in enumerate(zip(one, other)):
        if pair[0] != pair[1]:
            return index
    return min(len(one), len(other))


def instructions(code):
    """Offset, name, argument and its meaning, without caches and EXTENDED_ARG."""
    result, extended, data = [], 0, code.co_code
    for offset in range(0, len(data) - 1, 2):
        opcode, arg = data[offset], data[offset + 1] | extended
        name = dis.opname[opcode]
        if name == "EXTENDED_ARG":
            extended = arg << 8
            continue
        extended = 0
        if name != "CACHE":
            result.append((offset, name, arg, meaning(code, opcode, arg)))
    return result


def meaning(code, opcode, arg):
    try:
        if opcode in dis.hasconst:
            const = code.co_consts[arg]
            return "<code %s>" % const.co_name if isinstance(const, types.CodeType) else repr(const)[:60]
        if opcode in dis.hasname:
            name = dis.opname[opcode]
            shift = {"LOAD_GLOBAL": 1, "LOAD_ATTR": 1, "LOAD_SUPER_ATTR": 2}.get(name, 0)
            return code.co_names[arg >> shift if sys.version_info >= (3, 12) or name == "LOAD_GLOBAL" else arg]
        if opcode in dis.haslocal:
            return code.co_varnames[arg]
    except IndexError:
        return "out of range"
    return ""


def side_by_side(one, other, index):
    rows = ["%-46s %s" % ("ours", "expected")]
    for at in range(max(0, index - 3), index + 4):
        sides = ["%4d %s %d %s" % side[at] if at < len(side) else "" for side in (one, other)]
        mark = ">" if at == index else " "
        rows.append("%s %-44.44s %-60.60s" % (mark, sides[0], sides[1]))
    return "\n".join(rows)


def consts(ours, theirs):
    one, other = [[key(const) for const in code.co_consts] for code in (ours, theirs)]
    if one == other:
        return None
    detail = shown(ours, theirs, "co_consts")
    if len(detail) > 700:
        index = first_difference(one, other)
        parts = [repr(code.co_consts[index : index + 2])[:300] for code in (ours, theirs)]
        detail = "from index %d: %s\nexpected %s" % (index, parts[0], parts[1])
    if sorted(map(repr, one)) == sorted(map(repr, other)):
        return "co_consts order", detail
    return "co_consts length" if len(one) != len(other) else "co_consts", detail


def key(const):
    """Equal exactly for constants of the same type and value, down to the signs of zeros."""
    if isinstance(const, float):
        return ("float", struct.pack("<d", const))
    if isinstance(const, complex):
        return ("complex", struct.pack("<dd", const.real, const.imag))
    if isinstance(const, tuple):
        return ("tuple", tuple(map(key, const)))
    if isinstance(const, frozenset):
        return ("frozenset", frozenset(map(key, const)))
    if isinstance(const, types.CodeType):
        return ("code", const.co_name)
    return (type(const).__name__, const)


def tables(ours, theirs, field, listing):
    if field == "co_exceptiontable":
        entries = [[tuple(entry) for entry in dis._parse_exception_table(code)] for code in (ours, theirs)]
    else:
        positions = [list(code.co_positions()) for code in (ours, theirs)]
        names = {offset // 2: name for offset, name, _, _ in listing}
        entries = [[(at * 2, names.get(at, "")) + entry for at, entry in enumerate(side)] for side in positions]
    index = first_difference(*entries)
    if index == len(entries[0]) == len(entries[1]):
        return field + " encoding", shown(ours, theirs, field)
    sides = [side[index] if index < len(side) else "end" for side in entries]
    return field, "%s\nexpected %s" % tuple(sides)


main()
