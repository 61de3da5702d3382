"""A program for `scripts/demonstration`: what it prints does not depend on where it runs, unless it is asked."""

import json
import os
import subprocess
import sys
import time
from importlib import resources


def main():
    commands = {name: command for name, command in globals().items() if getattr(command, "is_command", False)}
    name, *arguments = sys.argv[1:] or ["show"]
    return commands[name](*arguments)


def command(function):
    function.is_command = True
    return function


@command
def show():
    """A table, a template from the package's data, and modules of the standard library that need libraries."""
    from jinja2 import Environment, PackageLoader
    from rich.console import Console
    from rich.table import Table

    table = Table("module", "says")
    for module, says in modules().items():
        table.add_row(module, says)
    Console(width=80, force_terminal=False, legacy_windows=False).print(table)
    environment = Environment(loader=PackageLoader("demo"), keep_trailing_newline=True)
    print(environment.get_template("greeting.txt").render(names=["one", "two"]), end="")
    print(resources.files("demo").joinpath("data.txt").read_text(encoding="utf-8"), end="")
    with open(os.path.join(os.path.dirname(__file__), "data.txt"), encoding="utf-8") as file:
        print(len(file.read()))


def modules():
    import bz2
    import ctypes
    import decimal
    import hashlib
    import lzma
    import sqlite3
    import xml.etree.ElementTree as tree
    import zlib

    text = b"some text" * 100
    return {
        "sqlite3": str(sqlite3.connect(":memory:").execute("select 6 * 7").fetchone()[0]),
        "hashlib": hashlib.sha256(text).hexdigest()[:16],
        "zlib": str(zlib.decompress(zlib.compress(text)) == text),
        "bz2": str(bz2.decompress(bz2.compress(text)) == text),
        "lzma": str(lzma.decompress(lzma.compress(text)) == text),
        "ctypes": str(ctypes.sizeof(ctypes.c_int)),
        "decimal": str(decimal.Decimal(1) / 7),
        "xml": tree.fromstring("<a><b/></a>")[0].tag,
    }


@command
def where():
    """What the program knows about its Python."""
    import sysconfig

    facts = {"executable": sys.executable, "prefix": sys.prefix, "base_prefix": sys.base_prefix, "path": sys.path,
             "stdlib": sysconfig.get_path("stdlib"), "version": sys.version.split()[0], "flags": sys.flags.no_site,
             "os": os.__file__, "json": json.__file__, "origin": json.decoder.JSONDecoder.decode.__code__.co_filename}
    print(json.dumps(facts))


@command
def fetch(url, authority):
    import requests

    print(requests.get(url, verify=authority, timeout=20).text, end="")


@command
def trusted():
    """Where ssl looks for certificates, and how many it finds."""
    import ssl

    context = ssl.create_default_context()
    print(json.dumps([ssl.get_default_verify_paths()._asdict(), len(context.get_ca_certs())]))


@command
def pool(method):
    import multiprocessing

    with multiprocessing.get_context(method).Pool(2) as workers:
        print(sum(workers.map(square, range(100))))


def square(number):
    return number * number


@command
def children():
    """A child by sys.executable, with a module of the program and one of the standard library."""
    for arguments in (["-m", "demo", "echo", "a b", "ü"], ["-m", "json.tool", "--compact"]):
        done = subprocess.run([sys.executable, *arguments], input='{"a": 1}', capture_output=True, text=True, encoding="utf-8")
        print(done.returncode, done.stdout.strip(), done.stderr.strip())


@command
def echo(*arguments):
    sys.stdout.reconfigure(encoding="utf-8")
    print(*arguments, sep="|")


@command
def leave(code):
    return int(code)


@command
def fail():
    raise RuntimeError("as asked")


@command
def wait():
    try:
        print("waiting", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("interrupted")
        return 3


@command
def native():
    """lxml, if the program has it."""
    from lxml import etree

    print(etree.tostring(etree.fromstring("<a><b>text</b></a>")).decode())


@command
def zone():
    from datetime import datetime
    from zoneinfo import ZoneInfo

    print(datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Berlin")).isoformat())


@command
def nothing():
    pass
