//! Annotations of module and class bodies: where `__annotations__` has to be set up.
