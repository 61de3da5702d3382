"""Writes what the running CPython's parser makes of sources, in the notation of tests/syntax/dump.rs.

    golden_ast.py verdicts FILE...  the verdict on each source of a FILE of lines `[source, verdict]`, into the same file
    golden_ast.py dump FILE         the tree (or the error) of one file, to standard output

`scripts/golden_trees.py` and `scripts/reference.py` use its notation of trees.
"""
import ast
import json
import struct
import sys
import warnings

CONVERSIONS = {-1: "None", 115: "Str", 114: "Repr", 97: "Ascii"}


def quoted(text):
    return "'%s'" % "".join(
        c if " " <= c <= "~" and c not in "'\\" else "\\u{%x}" % ord(c) for c in text
    )


def bits(number):
    return struct.pack(">d", number).hex()


def constant(value):
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, bytes):
        return "bytes:" + value.hex()
    if isinstance(value, float):
        return "float:" + bits(value)
    if isinstance(value, complex):
        return "complex:%s,%s" % (bits(value.real), bits(value.imag))
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1 << 63:
        return hex(value)
    return repr(value)


def dump(node):
    """`ast.dump` with short locations and unmistakable constants, in the shape of the newest trees."""
    if isinstance(node, list):
        return "[%s]" % ", ".join(map(dump, node))
    if not isinstance(node, ast.AST):
        return quoted(node) if isinstance(node, str) else str(node)
    kind = type(node).__name__
    if kind == "Index":
        return dump(node.value)
    if kind == "ExtSlice":
        return "Tuple(elts=%s, ctx=Load())" % dump(node.dims)
    fields = []
    for name in node._fields:
        value = getattr(node, name)
        if kind in ("Constant", "MatchSingleton") and name == "value":
            fields.append("value=" + constant(value))
        elif name == "conversion":
            fields.append("conversion=" + CONVERSIONS[value])
        elif name == "is_lazy" and not value:
            continue
        elif value is not None:
            fields.append("%s=%s" % (name, dump(value)))
    if kind in ("FunctionDef", "AsyncFunctionDef", "ClassDef") and "type_params" not in node._fields:
        fields.append("type_params=[]")
    place = ""
    if hasattr(node, "lineno"):
        place = "@%d:%d-%d:%d" % (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
    return "%s(%s)%s" % (kind, ", ".join(fields), place)


def dump_module(source):
    return "".join(dump(stmt) + "\n" for stmt in ast.parse(source).body)


def error_of(source):
    """None, or the name of the exception, its message, and its place: a line and a column from 1 in characters."""
    try:
        ast.parse(source)
    except SyntaxError as error:
        return [type(error).__name__, error.msg, error.lineno, error.offset]
    except Exception as error:
        return [type(error).__name__, str(error), None, None]
    return None


def main():
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(1_000_000)
    command, *files = sys.argv[1:]
    if command == "verdicts":
        for file in files:
            with open(file) as lines:
                sources = [json.loads(line)[0] for line in lines]
            with open(file, "w") as golden:
                for source in sources:
                    golden.write(json.dumps([source, error_of(source)]) + "\n")
    elif command == "dump":
        with open(files[0], "rb") as file:
            source = file.read()
        error = error_of(source)
        sys.stdout.write(dump_module(source) if error is None else json.dumps(error) + "\n")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
