"""Answers the questions of the comparing scripts as the Python that runs this would: CPython's side of `examples/probe.rs`.

Reads one JSON object per line: `{"ask": "tree", "path": "a.py"}`, `{"ask": "verdict", "source": "x = ("}`. Also asked are
`digest` and `warnings`, `facts` about this Python, and `pieces`: the statements of a file, and the texts in its strings.
"""

import ast
import importlib.util
import json
import marshal
import os
import re
import sys
import sysconfig
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import golden_ast

LARGEST_PIECE = 30
"""Lines."""


def source_of(question):
    if "path" in question:
        with open(question["path"], "rb") as file:
            return file.read()
    return question["source"].encode("utf-8", "surrogatepass")


def verdict_of(error):
    """An exception of `compile()`; its place is None if it has none."""
    verdict = {"class": type(error).__name__, "message": str(error), "place": None}
    if isinstance(error, SyntaxError):
        verdict["message"] = error.msg
        if error.lineno is not None:
            # Before 3.10 a `SyntaxError` has no end.
            place = (error.lineno, error.offset, getattr(error, "end_lineno", None), getattr(error, "end_offset", None))
            verdict["place"] = [part or 0 for part in place]
    return verdict


def tree(question):
    try:
        return {"tree": golden_ast.dump_module(source_of(question))}
    except Exception as error:
        return {"verdict": verdict_of(error)}


def digest(question):
    answer = tree(question)
    if "tree" in answer:
        answer = {"digest": importlib.util.source_hash(answer["tree"].encode()).hex()}
    return answer


def verdict(question):
    try:
        code = compile(source_of(question), "source", "exec", dont_inherit=True)
        if question.get("marshal"):
            marshal.dumps(code)
    except Exception as error:
        return {"verdict": verdict_of(error)}
    return {"verdict": None}


def warned(question):
    """What `compile()` warns of, and its verdict: it may warn before it refuses."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        answer = verdict(question)
    found = [{"category": w.category.__name__, "message": str(w.message), "line": w.lineno} for w in caught]
    return dict(answer, warnings=found)


def pieces(question):
    """The statements of a file, each moved to the left margin, and the snippets of Python in its strings."""
    source = source_of(question)
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError):
        return {"statements": [], "snippets": []}
    lines = source.decode("utf-8", "replace").splitlines()
    statements, snippets = [], []
    for node in ast.walk(module):
        if isinstance(node, ast.stmt):
            first = min([node.lineno] + [item.lineno for item in getattr(node, "decorator_list", [])])
            if node.end_lineno - first < LARGEST_PIECE:
                statements.append(moved(lines[first - 1 : node.end_lineno]))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            snippets += snippets_of(node.value)
    return {"statements": statements, "snippets": snippets}


def moved(lines):
    margin = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join(line[margin:] if line[:margin].isspace() else line for line in lines) + "\n"


def snippets_of(text):
    """The examples of a doctest; any other text of a few lines as it is."""
    examples = re.findall(r"^ *>>> (.*(?:\n *\.\.\. ?.*)*)", text, re.MULTILINE)
    if examples:
        return [re.sub(r"\n *\.\.\. ?", "\n", example) + "\n" for example in examples]
    lines = text.strip("\n").split("\n")
    return [moved(lines)] if text.strip() and len(lines) <= LARGEST_PIECE else []


def facts(question):
    return {"version": "%d.%d.%d" % sys.version_info[:3], "stdlib": sysconfig.get_path("stdlib")}


ANSWERS = {"tree": tree, "digest": digest, "verdict": verdict, "warnings": warned, "pieces": pieces, "facts": facts}


def main():
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(100_000)
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(ANSWERS[question["ask"]](question)), flush=True)


if __name__ == "__main__":
    main()
