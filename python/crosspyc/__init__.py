"""Finds the programs that the wheel ``crosspyc`` installs.

>>> from crosspyc import find_crosspyc_bin
>>> subprocess.run([find_crosspyc_bin(), "compile", "src"], check=True)

``python -m crosspyc`` is the program ``crosspyc``.
"""

from crosspyc._find import find_crosspyc_bin, find_crosspyc_run_bin

__all__ = ["find_crosspyc_bin", "find_crosspyc_run_bin"]
