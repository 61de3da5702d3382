//! Features of marshal and of the objects it writes.

/// How a release shares the objects of a compilation.
#[derive(Clone, Debug)]
pub struct MarshalFeatures {
    /// The strings made of `[A-Za-z0-9_]` (and the qualified names of nested classes) that a
    /// process has interned before it compiles anything, one a line, sorted by their bytes.
    ///
    /// They are those of `Include/internal/pycore_global_strings.h`, and those of the modules that
    /// `py_compile` loads.
    pub interned_at_start: &'static str,
    /// Which objects CPython numbers depends on the rest of its process: two runs of `py_compile` give
    /// other bytes of equal code objects (3.8–3.10). Ours are the same in every run.
    pub refs_vary: bool,
    pub code_layout: CodeLayout,
    /// Equal instructions of several code objects are one object, as equal constants are.
    ///
    /// CPython: `Python/compile.c` `assemble` (3.10)
    pub equal_instructions_are_one: bool,
    /// The strings that exist once in a process (`""`, those of one character below U+0100, and
    /// names like `<module>`) are interned.
    ///
    /// CPython: `Objects/unicodeobject.c` `_PyUnicode_InternStatic` (3.12.7–)
    pub static_strings_interned: bool,
    /// The file name, name and qualified name of a code object are interned.
    ///
    /// CPython: `Objects/codeobject.c` `init_code` (3.13–)
    pub code_names_interned: bool,
    /// The elements of a frozenset count as shared while they are sorted. Otherwise only while they
    /// are written.
    ///
    /// CPython: `Python/marshal.c` `w_complex_object` (3.13–)
    pub frozensets_sorted_as_shared: bool,
    /// The code object of the module itself gets no number.
    ///
    /// CPython: `Python/bltinmodule.c` `builtin_compile_impl` (3.15–)
    pub root_code_is_not_shared: bool,
    /// Integers from -5 up to this one exist once in a process.
    ///
    /// CPython: `Include/internal/pycore_runtime_structs.h` `_PY_NSMALLPOSINTS` (3.12–)
    pub largest_small_int: i64,
}

/// The fields of a marshalled code object.
///
/// CPython: `Python/marshal.c` `w_complex_object` (3.8–)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeLayout {
    /// The number of locals; the names of locals, free variables and cells in a tuple each; no
    /// qualified name and no exception table (3.8–3.10).
    Variables,
    /// The names and kinds of all places of the frame (3.11–).
    LocalsPlus,
}
