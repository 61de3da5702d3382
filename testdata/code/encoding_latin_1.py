# -*- coding: latin-1 -*-
"""Doc éü."""
x = "éÿ", b"bytes"  # comment ¤
été = f"{x}ß"
