//! `import` and `from ... import`.
