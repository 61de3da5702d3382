x = """
	Tabs and\tescapes \x41\u00e9\U0001f600\N{GREEK SMALL LETTER ALPHA}\101\
 joined"""
y = r"\raw\n", rb"\x", b"\x00\377\q", "\q", "\ud83d\ude00", "\udc80"
ℌ = ﬁ = µ = 1
class ℌ: ﬁ = 1
