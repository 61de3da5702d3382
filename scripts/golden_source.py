#!/usr/bin/env python3
"""Records how CPython decodes sources, for tests/source.rs. Except for `mutations`, by the Python that runs this.

golden_source.py decode > testdata/source/decode.json      whole sources: accepted, or refused with which words and where
golden_source.py codecs > testdata/source/codecs.json      for every name of an encoding, what some bytes are in it
golden_source.py mutations PYTHON... > testdata/source/mutations.json    verdicts of several interpreters on seeded
                                                           sources with bytes that are not UTF-8
"""

import encodings.aliases
import json
import pkgutil
import random
import subprocess
import sys

SOURCES = [
    b"", b"x = 1", b"x=1\0", b"# c\0", b"\xef\xbb\xbf", b"\xef\xbb\xbfx=1", b"\xef\xbb\xbf\xef\xbb\xbfx=1",
    b"x='\xff'\n", b"x='\xed\xa0\x80'\n", b"x=1\n\x80", b"x=(\n1\n\x80", b"\n\nx=1\n# \xff\n", b"x = b'\xff'\n",
    b"# coding: utf-8\n# \xff\nx=1\n", b"# coding: utf-8\nx='\xff'\n", b"# coding: utf-8\nx='abc\xe9\xe9'; y=2\n",
    b"# coding: utf-8\n\xff=1\n", b"# coding: utf-8\nx=1 \xff\n", b"\xef\xbb\xbf# \xff\nx=1\n", b"\xef\xbb\xbfx='\xff'\n",
    b"x = r'a\\\xe2\x82'\n", b"x = 'a\\n\xe2\x82'\n", b"x = '\xe2\x82('\n", b"x = '''a\n\n\xff'''", b"x = 1\r\ny = '\x80'\r\n",
    b"x = f'{1}' # \xff\n", b"x = f'{1:{2}}{'#'}' # \xff\n", b"x = '\\'' # \xff\n", b"x = '#' '\xff'\n",
    b"\xef\xbb\xbf# coding: latin-1\nx=1\n", b"\xef\xbb\xbf# coding: utf8\nx=1\n", b"\xef\xbb\xbf# coding: utf_8\nx=1\n",
    b"\xef\xbb\xbf# coding: utf-8-sig\nx=1\n", b"# coding: utf8\nx='\xff'\n", b"# coding: utf8\nx='\xe2\x82'\n",
    b"# coding: utf8\nx='\xc3\xa9'\n", b"# coding: utf8\n# \xe2\x82", b"# coding: xyz\nx='\xff'\n", b"# coding: rot13\nx=1\n",
    b"# coding: hex\nx=1\n", b"# coding: zip\nx=1\n", b"# coding: ascii\nx='\xff'\n", b"# coding: cp1252\nx='\x81'\n",
    b"# coding: cp1252\nx='\x80'\n", b"# coding: latin-1\nx='\x80'\n", b"# coding: undefined\nx='a'\n", b"# coding: mbcs\nx='a'\n",
    b"# coding: gbk\nx='\xc4\xe3'\n", b"# coding: gbk\nx='\xff\xff'\n", b"# coding: gbk\nx='\xc4'\n", b"# coding: big5\n# \xa4",
    b"# coding: latin-1", b"# coding: xyz", b"# coding: xyz\r", b"x=1 # coding: xyz\n", b"x=1\n# coding: xyz\n",
    b"'''\n# coding: xyz\n'''\n", b"\\\n# coding: xyz\n", b"#!/usr\r# coding: xyz\rx=1", b"\n\n# coding: xyz\n",
    b"\x0c\n# vim: set fileencoding=xyz :\n", b"# coding:xyz\n# coding: latin-1\n", b"# coding: \n# coding: xyz\n",
    b"# coding: a.b_c-d\n", b"# coding: UTF-8_foo\nx='\xc3\xa9'\n", b"# coding: Latin-1-foo\nx='\xc3\xa9'\n",
    b"# coding: iso_latin_1_\nx='\xc3\xa9'\n", b"# coding: utf-8foo\nx=1\n", b"# coding: ISO-8859-15\nx='\xa4'\n",
    b"# coding: L1\nx='\xa4'\n", b"# coding: \xe9\nx=1\n", b"# coding: --\nx=1\n", b"# coding: aliases\nx=1\n",
    b"# coding: __init__\nx=1\n", b"# coding: ..foo\nx=1\n", b"# coding: cp1252.\nx=1\n", b"# coding: iso8859.1\nx='\xe9'\n",
    b"# coding: cp 1252\nx=1\n", b"# coding: Windows-1252\nx='\x80'\n", b"# coding: x-mac-roman\nx=1\n",
    b"# coding: mac-roman\nx='\x80'\n", b"# coding: cp1252\x0c\nx='\x80'", b"# coding=cp1252 coding=utf-8\nx='\x80'",
    b"# coding cp1252 coding=latin-1\nx='\x80'", b"#coding:\tcp1252\nx='\x80'", b"#codingcoding:cp1252\nx='\x80'",
    b"#coding:a\n", b"#coding:\n", b"#coding=a\n", b" # coding: a", b"\t\x0c# coding: a", b"# coding: koi8-r\nx='\xe4'",
    b"# coding: utf-16\nx = 1\n", b"# coding: utf-16\nx = 10", b"# coding: u16\nx = 1\n", b"# coding: utf-16-be\nx = 1\n",
    b"# coding: utf_16_le\nx\xd8\xd8\n", b"# coding: utf-16-be\n\xd8xx\n", b"# coding: utf-16\nxxx\xdcxx\xdc\n",
    b"# coding: utf-16\nxxx\xd8\xdc\xd8\n", b"# coding: utf-16-be\nx\xd8\xdc\xdcx\n", b"# coding: utf-16-be\nx\xdc\xdcxx\n",
    b"# coding: utf-32\nx = 1\n", b"# coding: utf-32-be\nx = 1\n", b"# coding: UTF32\n",
    b"# coding: euc_kr\n# \xa4\xd4\xa4\xa1\n", b"# coding: euc_kr\n# \xa4\xd4\xa4\xa1\xa4\xbe\xa4\xd4\n",
]


MUTATED = [
    b"x = 'abc' + y  # note\nz = [1, 2]\n",
    b"def f(a, b):\n    '''doc\n    more'''\n    return f'{a!r:>{b}} and {b}'  # end\n",
    b"# -*- coding: utf-8 -*-\nname = \"v\\n\\u00e9\"\nif name:\n    print(name, b'x', r'\\d')\n",
    "é = 'ü'  # ö\nclass C:\n    m = {1: 'a'}\n".encode(),
    b"\xef\xbb\xbfimport os\nprint(os.path.join('a', \"b\"))\n",
]


def verdict(source):
    try:
        compile(source, "f.py", "exec", dont_inherit=True)
        return None
    except SyntaxError as error:
        return {"message": error.msg, "line": error.lineno, "offset": error.offset}


def mutations():
    draw = random.Random(11)
    bytes_ = [0x80, 0xA0, 0xC3, 0xE2, 0xED, 0xF0, 0xFF, 0xFE]
    for _ in range(300):
        source = bytearray(draw.choice(MUTATED))
        at = draw.randrange(len(source) + 1)
        replaced = draw.choice([0, 1, 1])
        source[at : at + replaced] = bytes(draw.choice(bytes_) for _ in range(draw.choice([1, 1, 2])))
        yield bytes(source)


def full_verdict(source):
    try:
        compile(source, "f.py", "exec", dont_inherit=True)
        return None
    except SyntaxError as error:
        return [type(error).__name__, error.msg, error.lineno, error.offset]
    except UnicodeError as error:
        return [type(error).__name__, str(error), None, None]


def verdicts_of(pythons):
    """Each source with the verdict of each release."""
    columns = {}
    for python in pythons:
        done = subprocess.run([python, "-I", "-W", "ignore", __file__, "verdicts"], stdout=subprocess.PIPE, check=True)
        version, verdicts = json.loads(done.stdout)
        columns[version] = verdicts
    for number, source in enumerate(mutations()):
        by_verdict = {}
        for version, verdicts in columns.items():
            by_verdict.setdefault(json.dumps(verdicts[number]), []).append(version)
        verdicts = [[versions, json.loads(text)] for text, versions in by_verdict.items()]
        yield json.dumps({"source": source.hex(), "verdicts": verdicts})


def names():
    modules = {module.name for module in pkgutil.iter_modules(encodings.__path__)}
    return sorted(modules | set(encodings.aliases.aliases))


def samples():
    draw = random.Random(1991)
    yield from (bytes([byte]) for byte in range(0x80, 0x100))
    for _ in range(60):
        yield bytes([draw.randrange(0x81, 0x100), draw.randrange(0x30, 0x100)])
    for sequence in ("a1a4", "a1aa", "a1c1", "a3a0", "8160", "817c", "c6a1", "a145", "8fa2b7", "8fb0a1", "81308130", "ada1", "a4d4a4a1a4bfa4d4",
                     "a4d4a4bea4d3a4be", "a4d4a4b2a4c3a4aaa4a1", "a4d4a4a3a4bfa4d4", "a4d4a4a1a4bfa4a8"):
        yield bytes.fromhex(sequence)


def decoded(sequence, name):
    try:
        text = sequence.decode(name)
    except UnicodeError:
        return None
    return text


def main():
    if sys.argv[1] == "verdicts":
        version = "%d.%d.%d" % sys.version_info[:3]
        print(json.dumps([version, [full_verdict(source) for source in mutations()]]))
        return
    if sys.argv[1] == "mutations":
        rows = list(verdicts_of(sys.argv[2:]))
    elif sys.argv[1] == "decode":
        rows = [json.dumps({"source": source.hex(), "error": verdict(source)}) for source in SOURCES]
    else:
        by_content = {}
        for name in names():
            try:
                b"ab".decode(name)
            except (LookupError, UnicodeError):
                continue
            texts = [decoded(sample, name) for sample in samples()]
            by_content.setdefault(json.dumps(texts), []).append(name)
        rows = ['{"names": ' + json.dumps(names) + ', "texts": ' + texts + "}" for texts, names in by_content.items()]
        rows.insert(0, json.dumps({"samples": [sample.hex() for sample in samples()]}))
    print("[\n" + ",\n".join(rows) + "\n]")


main()
