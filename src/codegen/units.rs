//! Entering and leaving a unit: its tables of variables, qualified name, flags, and the code around the body.
