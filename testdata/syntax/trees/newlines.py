a = 1
if a:
  b = """x
y"""
  c = \
    f"{d}"

e = (1,
  2)