"""``python -m crosspyc``: the program ``crosspyc`` with the same arguments and exit code."""

import os
import subprocess
import sys

from crosspyc import find_crosspyc_bin


def main() -> None:
    """Becomes the program. Windows cannot replace a process, so there it is a child."""
    command = [find_crosspyc_bin(), *sys.argv[1:]]
    if os.name != "nt":
        os.execv(command[0], command)
    process = subprocess.Popen(command)
    while True:
        try:
            sys.exit(process.wait())
        except KeyboardInterrupt:
            pass  # The child got Ctrl-C too, and decides.


if __name__ == "__main__":
    main()
