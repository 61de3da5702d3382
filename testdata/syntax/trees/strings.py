'', "", '''''', """""", 'a', "b", '''c''', """d"""
'a' "b" '''c''' """d"""
('a'
 'b'  # A comment.

 "c")
'it\'s', "say \"x\"", '\\', '\
continued', '''
lines
\
of "text" and 'more' ''', """\
"""
'\a\b\f\n\r\t\v\0\1\12\123\777\x41\u0041\U00000041\N{LATIN SMALL LETTER A}\N{EM DASH}'
'\d\ \8\-\é', r'\d\'', R"\n", b'\d\x41\101\n', b"\N{x}\u0041", br'\x', Rb"\'", bR'''\
''', rB"\\"
u'a', U"b", u'a' 'b', 'a' u'b', (u'''c''')
'é', 'ñandú', '日本語', '😀', '\ud800', '\udfff\ud800', '\U0010ffff', 'a\u0301'
'\400' '\08' '\18' '\x7f' '\x80' '\xff'
b'a' b"b" b'''c''', b'', (b'\x00'
    b'\xff')
'a' if 'b' else 'c', 'a'.join('b'), 'a' % 'b', 'a'[0], 'a' in 'b', not 'a'
"tab	inside", 'form feed'
x = 'a'; y = '''
'''; z = "b"
'#', "# not a comment", '''# nor
# this'''
