# until: 3.12
f'{x:
  {y}
}z'
