# until: 3.12
f'{x:a
}'
f'{x:
}b'
f'a{x:a  

  }b' 'c'
f'{x:{y}
}'
f'{x:{y}a
}'
f'{x:a
{y}}'
f'{x!r:a
# a comment: é
}'
