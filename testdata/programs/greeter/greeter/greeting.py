"""Greetings, read from the package's own data file."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Greeting[T]:
    language: str
    text: T

    def __str__(self) -> str:
        return f"{self.text} ({self.language!r})"


@cache
def greetings() -> dict[str, str]:
    data = resources.files(__package__) / "data" / "greetings.json"
    return json.loads(data.read_text(encoding="utf-8"))


def greet(name: str, language: str = "en") -> Greeting[str]:
    if (template := greetings().get(language)) is None:
        raise LookupError(f"no greeting in {language!r}; there are {', '.join(sorted(greetings()))}")
    return Greeting(language, template.format(name=name))
