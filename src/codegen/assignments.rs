//! Assignments: plain, augmented, annotated; `del`.
