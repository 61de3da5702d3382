"""The command line: `greeter [--language CODE] [--processes N] NAME...`"""

import argparse
import multiprocessing
import sys
from functools import partial

from .greeting import greet


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="greeter", description="Greets people in their language.")
    parser.add_argument("names", nargs="+", metavar="NAME")
    parser.add_argument("--language", default="en", metavar="CODE")
    parser.add_argument("--processes", type=int, default=0, metavar="N", help="greet from N spawned processes")
    options = parser.parse_args(argv)
    say = partial(greet, language=options.language)
    try:
        match options.processes:
            case 0:
                lines = [say(name) for name in options.names]
            case count:
                with multiprocessing.get_context("spawn").Pool(count) as pool:
                    lines = pool.map(say, options.names)
    except LookupError as error:
        print(f"greeter: {error}", file=sys.stderr)
        return 3
    for line in lines:
        print(line)
    return 0
