"""Lines that end
in two characters."""
x = """a
b"""
if x:
    y = "a\
b"
else:
    z
