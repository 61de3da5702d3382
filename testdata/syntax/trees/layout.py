if a:
	b
	if c:
		d
	else:
	        e
if f:
        g


   # A comment at an odd column.
        h

def f():
    a
  b
class A:
  x=1
  
 
  y =	2
  def f ( self ) :
      return\
 self
if a : \
  b
x = [  # Comment.
1,
	2,
 # Another.
]
if x: pass
  # Deeper comment.
# The end.

