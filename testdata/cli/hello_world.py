"""Says hello."""

import sys


def greet(name: str = "world") -> str:
    return f"hello, {name}"


if __name__ == "__main__":
    print(greet(*sys.argv[1:]))
