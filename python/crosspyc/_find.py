"""Where an installer put the programs of the wheel."""

import os
import sysconfig
from importlib import metadata
from typing import Iterator


def find_crosspyc_bin() -> str:
    """The path of the program ``crosspyc``. Raises FileNotFoundError if it is not installed."""
    return _find("crosspyc")


def find_crosspyc_run_bin() -> str:
    """The path of the program ``crosspyc-run``. Raises FileNotFoundError if it is not installed."""
    return _find("crosspyc-run")


def _find(program: str) -> str:
    name = program + (sysconfig.get_config_var("EXE") or "")
    tried = []
    for path in _candidates(name):
        if os.path.isfile(path):
            return path
        if path not in tried:
            tried.append(path)
    raise FileNotFoundError("{} is not installed; looked for: {}".format(program, ", ".join(tried)))


def _candidates(name: str) -> Iterator[str]:
    """Paths of a program, those that belong to this copy of the module first.

    No single source is right for every installation. RECORD is wrong after ``pip install --target``,
    which moves the programs later. The scripts folder of ``sysconfig`` is wrong for everything that
    is not installed into the interpreter's own environment.
    """
    package = os.path.dirname(os.path.abspath(__file__))
    root = os.path.dirname(package)
    yield from _recorded(name, package)
    yield os.path.join(root, "bin", name)
    yield os.path.join(sysconfig.get_path("scripts"), name)
    scheme = _user_scheme()
    if scheme in sysconfig.get_scheme_names():
        yield os.path.join(sysconfig.get_path("scripts", scheme=scheme), name)


def _recorded(name: str, package: str) -> Iterator[str]:
    """What RECORD says, if the metadata found is that of this copy."""
    try:
        distribution = metadata.distribution("crosspyc")
    except metadata.PackageNotFoundError:
        return
    if not _is_same(str(distribution.locate_file("crosspyc")), package):
        return
    for file in distribution.files or ():
        if file.name == name:
            yield os.path.normpath(str(distribution.locate_file(file)))


def _is_same(left: str, right: str) -> bool:
    return os.path.normcase(os.path.realpath(left)) == os.path.normcase(os.path.realpath(right))


def _user_scheme() -> str:
    """The scheme of ``pip install --user``; before 3.10 ``sysconfig`` does not know its name."""
    if hasattr(sysconfig, "get_preferred_scheme"):
        return sysconfig.get_preferred_scheme("user")
    return "nt_user" if os.name == "nt" else "posix_user"
