"""Greets people in their language: the example project of crosspyc."""

from .greeting import Greeting, greet

__all__ = ["Greeting", "greet"]
