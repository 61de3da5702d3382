#!/usr/bin/env python3
"""Makes sources with faults, out of the library and the syntax tests of a CPython: the same ones for the same seed.

    scripts/broken_sources.py PYTHON --count 25000 --seed 1        one JSON string per line
    scripts/broken_sources.py PYTHON --kind warnings               sources that `compile()` may warn of

A source is a statement of 1 to 30 lines, or a snippet from a string of CPython's own syntax tests, with one to three edits of
its tokens, lines or indentation. Some stay valid. Other versions have other libraries, and so other sources.
"""

import argparse
import itertools
import json
import os
import random
import re

import comparison

SYNTAX_TESTS = """
test_syntax test_grammar test_fstring test_tstring test_exceptions test_patma test_named_expressions test_type_params
test_unpack_ex test_positional_only_arg test_keywordonlyarg test_except_star test_unparse test_string_literals test_eof
test_tokenize test_compile test_future test_flufl test_global test_scope test_coroutines test_asyncgen test_generators
test_genexps test_listcomps test_setcomps test_dictcomps test_lambda test_decorators test_with test_type_aliases
test_type_comments test_lazy_import test_ast test_codeop test_source_encoding test_unicode_identifiers test_int_literal
test_warnings test_peepholer test_symtable test_annotations test_type_annotations test_super test_raise test_augassign
""".split()

LIBRARY_FILES = 200
"""How many files of the library are drawn."""

TOKEN = re.compile(
    r"""
    (?:[rRbBuUfFtT]{0,2})(?:'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'(?:[^\\'\n]|\\.)*'|"(?:[^\\"\n]|\\.)*")
    | \#[^\n]* | \\\n | \n[ \t]* | [ \t\f]+
    | \d[\w.]* | \w+ | \*\*=?|//=?|>>=?|<<=?|\.\.\.|->|:=|[-+*/%&|^@=<>!]= | .
    """,
    re.VERBOSE | re.DOTALL,
)

KEYWORDS = """
False None True and as assert async await break class continue def del elif else except finally for from global if import in
is lambda nonlocal not or pass raise return try while with yield match case type lazy _ print exec __debug__
""".split()

OPERATORS = """
( ) [ ] { } : , ; = := -> * ** @ . ... + - / // % & | ^ ~ < > <= >= == != <> += -= *= ! $ ? ` \\ << >> @= **=
""".split()

LITERALS = """
0 1 1.5 1e5 1_000 0x1f 0777 08 0b12 0o8 1__0 1_ 0x 1e 2j 1.e 1a 0_7 'a' "b" '' b'c' f'{x}' f'{x!r:>{y}}' f'{' f'}' f'{x!}'
f'{x:{y:{z}}}' rb'\\d' u'x' '\\N{DIGIT ONE}' '\\N{no such}' '\\x4' '\\u12' '\\' ''' \"\"\" f''' t'{x}' bt'x' ur'x' b'é' f'{a=}' f'{a b}'
f'{lambda x: 1}' f'{*a}' f'{}' f'{ }' f'{a:' t'{a' f'{a\\}'
""".split()

PHRASES = [
    "x for x in y", "for x in y", "if x", "if x else y", "else x", "lambda: x", "lambda x=1, *y: x", "yield x", "await x", "*x", "**x",
    "x := 1", "x = 1", "x, y", "x y", "not x", "as x", "in x", "is not", "not in", "(x)", "[x]", "{x: y}", "{x, **y}", "x.y", "x[y:z]", "def f(): pass",
    "class C: pass", "import x", "from x import y", "from . import *", "return x", "raise x from y", "del x", "assert x, y", "global x", "nonlocal x",
    "print x", "case x:", "match x:", "type X = int", "except:", "except* E:", "except A, B:", "finally:", "with x as y:", "async for x in y", "x: int = 1",
    "/, x", "*, x", "[T: int = str]", "[*T]", "[**P]", "lazy import x", "None = 1", "x() = 1", "f() += 1", "(x, 1) = y",
]  # fmt: skip

CHARACTERS = ["$", "?", "!", "\\", "`", "é", "·", "“", "”", "€", "\u00a0", "\u200b", "²", "\x0c", "\t", "ﬁ", "x²", "𝐱", "·x", "‽", "\x7f", "\ufeff"]

BRACKETS, QUOTES = "([{)]}", ["'", '"', "'''", '"""']


def pieces(python, seed):
    """The statements of a sample of the library, and those and the snippets of the syntax tests."""
    facts = comparison.facts(python)
    paths = comparison.modules(facts["stdlib"])
    tests = [path for path in paths if any(f"/test/{name}{end}" in path for name in SYNTAX_TESTS for end in (".py", "/"))]
    chosen = set(tests)
    library = sorted((path for path in paths if path not in chosen), key=lambda path: random.Random(f"{seed} {os.path.relpath(path, facts['stdlib'])}").random())
    asked = tests + library[:LIBRARY_FILES]
    found = list(comparison.reference(python).ask({"ask": "pieces", "path": path} for path in asked))
    statements = [text for answer in found[len(tests) :] for text in answer["statements"]]
    tested = [text for answer in found[: len(tests)] for text in answer["statements"]]
    snippets = [text for answer in found[: len(tests)] for text in answer["snippets"]]
    return [sorted(set(texts)) for texts in (statements, tested, snippets)]


class Editor:
    """Edits texts; its generator of random numbers decides how."""

    def __init__(self, random):
        self.random = random

    def below(self, end):
        return int(self.random.random() * end)

    def of(self, items):
        return items[self.below(len(items))]

    def word(self, tokens):
        """A token to put somewhere: of the language, or one of the text itself."""
        pool = self.of([KEYWORDS, OPERATORS, OPERATORS, LITERALS, PHRASES, tokens, tokens])
        return self.of(pool)

    def edited(self, text):
        for _ in range(self.of([1, 1, 1, 1, 1, 1, 1, 2, 2, 3])):
            text = self.of(self.EDITS)(self, text)
        return text

    def tokens_edited(self, text):
        tokens = TOKEN.findall(text)
        solid = [index for index, token in enumerate(tokens) if not token.isspace()]
        if not solid:
            return self.word(KEYWORDS) + text
        at, word = self.of(solid), self.word(tokens)
        edit = self.below(7)
        if edit == 0:
            del tokens[at]
        elif edit == 1:
            tokens.insert(at, self.of(["", " "]) + word + self.of(["", " ", " "]))
        elif edit == 2:
            tokens[at] = word
        elif edit == 3:
            other = self.of([index for index in solid if abs(index - at) < 5])
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif edit == 4:
            tokens.insert(at, tokens[at] + self.of(["", " "]))
        elif edit == 5:
            tokens[at : at + self.of([2, 3, 4])] = [word] if self.below(2) else []
        else:
            blanks = [index for index, token in enumerate(tokens) if token.isspace()]
            if blanks:
                tokens[self.of(blanks)] = self.of(["", "", "\n", " \\\n", ";", " ", "\n    "])
        return "".join(tokens)

    def brackets_edited(self, text):
        places = [index for index, character in enumerate(text) if character in BRACKETS]
        if not places or not self.below(3):
            at = self.below(len(text) + 1)
            return text[:at] + self.of(BRACKETS) + text[at:]
        at = self.of(places)
        return text[:at] + self.of(["", "", self.of(BRACKETS), text[at] * 2]) + text[at + 1 :]

    def quotes_edited(self, text):
        places = [match.span() for match in re.finditer(r"'''|\"\"\"|['\"]", text)]
        if not places or not self.below(4):
            at = self.below(len(text) + 1)
            return text[:at] + self.of(QUOTES + ["f'", 'f"', "b'", "f'{", "}'", "t'{"]) + text[at:]
        start, end = self.of(places)
        quote = self.of(["", "", self.of(QUOTES), self.of("fbrtu") + text[start:end], "\\" + text[start:end], "f" + text[start:end] + "{"])
        return text[:start] + quote + text[end:]

    def lines_edited(self, text):
        lines = text.split("\n")
        at = self.below(len(lines))
        edit = self.below(8)
        if edit == 0 and len(lines) > 1:
            del lines[at]
        elif edit == 1:
            lines.insert(at, lines[at])
        elif edit == 2:
            lines[at] = lines[at][: self.below(len(lines[at]) + 1)]
        elif edit == 3:
            lines[at] = self.of([" ", "  ", "    ", "\t", "\x0c", "   \t"]) + lines[at]
        elif edit == 4:
            lines[at] = lines[at][self.of([1, 2, 4, 8]) :] if lines[at][:1].isspace() else "    " + lines[at]
        elif edit == 5:
            lines[at] = lines[at].replace("    ", "\t", 1)
        elif edit == 6:
            lines[at] += self.of([" \\", ":", ",", ";", " =", "(", " # ", " if", " else"])
        else:
            text = "\n".join(lines)
            return text[: self.below(len(text) + 1)]
        return "\n".join(lines)

    def characters_edited(self, text):
        at = self.below(len(text) + 1)
        if self.below(2):
            return text[:at] + text[at + 1 :]
        return text[:at] + self.of(CHARACTERS) + text[at:]

    EDITS = [tokens_edited] * 6 + [brackets_edited, brackets_edited, quotes_edited, lines_edited, lines_edited, characters_edited]

    # Edits that CPython may warn of; most leave the source valid.

    def strings_edited(self, text):
        places = [match for match in re.finditer(r"(?i)\b[bftu]{0,2}(?:'''|\"\"\"|['\"])", text)]
        if not places:
            return text + self.of(["'\\d'", "b'\\d'", "f'\\d{1}'", "'''\n\\d'''", "f'{1:\\d}'", "f'{1!r:\\{1}}'"]) + "\n"
        at = self.of(places).end()
        escapes = ["\\d", "\\ ", "\\8", "\\400", "\\777", "\\é", "\\{", "\\}", "\\N", "\\.", "\\(\n", "\\%", "\\x41\\w", "\\\\\\s", "\\u0041\\c"]
        return text[:at] + self.of(escapes) + text[at:]

    def warned_of(self, text):
        """A statement that CPython has something against, put before a line of the text."""
        lines = text.split("\n")
        at = self.below(len(lines))
        margin = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
        statement = self.of(WARNED_OF)
        for mark, pool in (("LIT", LITERAL_VALUES), ("NUM", NUMBERS), ("KEY", TOUCHING)):
            while mark in statement:
                statement = statement.replace(mark, self.of(pool), 1)
        lines[at:at] = [margin + line for line in statement.split("\n")]
        return "\n".join(lines)

    def spaces_removed(self, text):
        """A number that touches the keyword after it."""
        return re.sub(r"\b(\d[\w.]*) (and|else|for|if|in|is|not|or)\b", r"\1\2", text, count=self.of([1, 2]))

    def warning_edited(self, text):
        for _ in range(self.of([1, 1, 2, 3])):
            text = self.of([Editor.strings_edited, Editor.warned_of, Editor.warned_of, Editor.spaces_removed])(self, text)
        if re.search(r"\b(return|yield|await|async)\b", text) and self.below(5):
            text = "async def f():\n" + "".join("    " + line for line in text.splitlines(keepends=True))
        return text


NUMBERS = "0 1 1.5 0x1f 0xf 0b1 0o7 1j 1e5 1_0 0. .5 0xfa 1E5 00 0b10 0o17".split()
TOUCHING = ["and x", "else x", "for x in y", "if x else y", "in x", "is x", "not in x", "or x", "or", "and", "in", "is"]
LITERAL_VALUES = ["1", "'a'", "b'a'", "1.5", "2j", "()", "(1, 2)", "(a, 1)", "[]", "[1]", "{}", "{1}", "{1: 2}", "None", "...", "True", "f'{x}'", "t'{x}'", "lambda: 1", "-1", "__debug__", "''", "[x for x in y]", "{x for x in y}", "(x for x in y)", "{x: 1 for x in y}", "x", "(yield)", "not x", "'a' 'b'", "{*a}", "(1)"]  # fmt: skip
WARNED_OF = [
    "x is LIT", "LIT is not x", "x is y is LIT", "LIT is LIT", "x = y if x is not LIT else LIT", "x < 1 is LIT",
    "LIT(1)", "LIT()", "[LIT (1)]", "[1, LIT (2, 3), 4]", "x = LIT(a)(b)",
    "LIT[0]", "LIT[x]", "LIT[LIT]", "[LIT [1, 2]]", "LIT[1:2]", "LIT['a']", "LIT[a, b]", "LIT[-1]",
    "assert (x, 'message')", "assert ()", "assert (1,)", "assert (x, LIT), LIT", "assert (LIT, *x)", "assert LIT",
    "NUMKEY", "x = NUMKEY", "[NUMKEY]", "f(NUMKEY)", "x = NUMif x else NUM", "x[NUMand NUM]", "f'{NUMKEY}'",
    "try: pass\nfinally:\n    return", "def f():\n    try: pass\n    finally:\n        return 1",
    "while x:\n    try: pass\n    finally:\n        break", "for x in y:\n    try: pass\n    finally:\n        continue",
    "def f():\n    try:\n        pass\n    finally:\n        try: pass\n        finally: return",
    "def f():\n    try: pass\n    finally:\n        while x: break\n        def g(): return\n        if x is LIT: return",
    "def f():\n    for x in y:\n        try: pass\n        finally:\n            if x: continue\n            with x: return LIT",
    "try: x is LIT\nexcept* E: pass\nfinally: LIT(1)", "try: pass\nfinally:\n    x is LIT\n    assert (1, 2)",
    "'\\d' is LIT", "'\\400' '\\d'", "b'\\400'", "f'\\d{x}\\e'", "f'{x:\\d}'", "rf'\\d{x}'", "rb'\\d'", "f'\\{x}'", "f'{{\\d}}'", "t'\\d{x}'", "'''\n\n\\d'''", "f'''\n{x}\n\\d'''", "'a' '\\d' f'{x}\\w'",
    "def f():\n    '\\d'", "class C:\n    '''\n    \\d\n    '''", "x: '\\d' = 1", "f'{x:{y}\\d}'", "f'{\"\\d\"}'", "f'{x is LIT}'", "f'{LIT(1)}'",
    "lambda: x is LIT", "[x is LIT for x in LIT if LIT[x]]", "def f(x=LIT is y): pass", "class C(LIT(1)): pass", "@LIT(1)\ndef f(): pass",
    "with x is LIT: pass", "while x is LIT: pass", "match x:\n    case 1 if x is LIT: '\\d'", "type X = LIT[LIT]", "def f[T: (x is LIT)](): pass", "def f() -> LIT(1): pass", "x: LIT(1)",
    "from __future__ import annotations\nx: LIT(1) = LIT(1)", "if LIT is LIT:\n    pass\nelif x is LIT: pass", "x = 1 if LIT(1) else '\\d'", "del LIT[0]", "LIT[0] = LIT[1]", "LIT[0] += 1", "for LIT[0] in LIT(1): pass", "if 0: x is LIT", "while 0: LIT()", "if __debug__: LIT[x]",
]  # fmt: skip


def broken(python, seed):
    """An endless stream of sources with faults."""
    return stream(python, seed, Editor.edited, (4, 3, 3), 0.1)


def doubtful(python, seed):
    """An endless stream of sources that CPython may warn of."""
    return stream(python, seed, Editor.warning_edited, (8, 1, 1), 0)


LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""No file in UTF-8 has one."""


def stream(python, seed, edit, shares, unedited):
    """Edited texts, drawn by `shares` from statements of the library, those of the tests, and snippets."""
    pools = pieces(python, seed)
    editor = Editor(random.Random(seed))
    drawn = [pool for pool, share in zip(pools, shares) for _ in range(share) if pool]
    seen = set()
    while True:
        pool = editor.of(drawn)
        text = editor.of(pool)
        if pool is pools[0] and editor.below(4) == 0:
            text += editor.of(pool)
        if pool is not pools[2] or editor.random.random() >= unedited:
            text = edit(editor, text)
        if text not in seen and not LONE_SURROGATE.search(text):
            seen.add(text)
            yield text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("python", help="the interpreter whose library is taken")
    parser.add_argument("--count", metavar="N", type=int, default=25_000)
    parser.add_argument("--seed", metavar="S", type=int, default=1)
    parser.add_argument("--kind", choices=["errors", "warnings"], default="errors")
    args = parser.parse_args()
    sources = {"errors": broken, "warnings": doubtful}[args.kind](args.python, args.seed)
    for source in itertools.islice(sources, args.count):
        print(json.dumps(source))


if __name__ == "__main__":
    main()
