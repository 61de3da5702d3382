"""What the pre-commit hooks run: ``python -m crosspyc.hooks HOOK [ARG]...``.

``compiles``
    ``crosspyc compile ARG...``, with all pycs in a temporary folder.
``up-to-date``
    ``crosspyc compile --check ARG...``, which writes nothing.
"""

import subprocess
import sys
import tempfile
from typing import List

from crosspyc import find_crosspyc_bin


def compiles(arguments: List[str]) -> int:
    """Whether the sources compile. The prefix keeps equal names of several folders apart."""
    with tempfile.TemporaryDirectory(prefix="crosspyc-") as folder:
        return _crosspyc("compile", "--pycache-prefix", folder, *arguments)


def up_to_date(arguments: List[str]) -> int:
    """Whether every pyc is one that Python would take."""
    return _crosspyc("compile", "--check", *arguments)


HOOKS = {"compiles": compiles, "up-to-date": up_to_date}


def _crosspyc(*arguments: str) -> int:
    return subprocess.run([find_crosspyc_bin(), *arguments]).returncode


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in HOOKS:
        sys.exit("usage: python -m crosspyc.hooks {} [ARG]...".format("|".join(HOOKS)))
    sys.exit(HOOKS[sys.argv[1]](sys.argv[2:]))
