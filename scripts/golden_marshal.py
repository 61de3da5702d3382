#!/usr/bin/env python3
"""Compiles testdata/marshal/*.py with the Python that runs this, each in a fresh process, to a pyc and its disassembly.

Usage: golden_marshal.py FOLDER. In the disassembly, code objects are without addresses and long constants without their ends, as
crosspyc shows them.
"""

import dis
import glob
import importlib.util
import io
import marshal
import os
import py_compile
import re
import subprocess
import sys

MAX_CHARS = 200


def disassembly(code):
    def const_info(opcode, arg, consts):
        shown = re.sub(r"(<code object [^\n]+?) at 0x[0-9a-f]+", r"\1", repr(consts[arg]))
        return consts[arg], shown if len(shown) <= MAX_CHARS else shown[:MAX_CHARS] + "..."
    dis._get_const_info = const_info
    text = io.StringIO()
    dis.dis(code, file=text)
    return re.sub(r"(<code object [^\n]+?) at 0x[0-9a-f]+", r"\1", text.getvalue())


def compile_one(source):
    pyc = source + "c"
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    py_compile.compile(source, cfile=pyc, dfile=os.path.basename(source), doraise=True, invalidation_mode=mode)


def disassemble_one(source):
    with open(source + "c", "rb") as pyc:
        code = marshal.loads(pyc.read()[16:])
    with open(source.removesuffix("py") + "dis", "w", encoding="utf-8") as out:
        out.write(disassembly(code))


def main():
    if os.path.isdir(sys.argv[1]):
        for source in sorted(glob.glob(sys.argv[1] + "/*.py")):
            for step in "compile", "disassemble":
                environment = {**os.environ, "PYTHONHASHSEED": "0"}
                subprocess.run([sys.executable, "-W", "ignore", __file__, source, step], check=True, env=environment)
    elif sys.argv[2] == "compile":
        compile_one(sys.argv[1])
    else:
        disassemble_one(sys.argv[1])


main()
