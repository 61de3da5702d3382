//! Type parameters and type aliases (PEP 695).
