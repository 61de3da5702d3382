"just a docstring"
