//! How crosspyc works inside: the tour of its modules, for those who work on it.
//!
//! # The way of a source
//!
//! ```text
//! bytes ─ source ─> text ─ syntax ─> ast::Module             once per file, for all targets
//!       ─ per target ─> preprocess ─ symtable ─ codegen ─> instructions
//!       ─ flowgraph ─ assemble ─> CodeObject ─ marshal ─> .pyc
//! ```
//!
//! | module | what it does | CPython's |
//! |---|---|---|
//! | [`source`] | decodes a file (BOM, PEP 263, newlines) | `Parser/tokenizer.c` |
//! | [`syntax`] | cuts a text into tokens and parses them, once for all targets; a text that a target's own rules decide on is read again by these | `Parser/` |
//! | [`preprocess`] | `__future__` statements, constant folding | `Python/future.c`, `Python/ast_opt.c` |
//! | `folding` | what operations on constants make; the tree is folded by it before 3.14, the flow graph from then on | `Python/ast_opt.c`, `Python/flowgraph.c` |
//! | [`symtable`] | scopes: which names live where | `Python/symtable.c` |
//! | [`codegen`] | statements and expressions to instructions with labels; one file a family of constructs | `Python/compile.c` |
//! | [`instructions`] | the code unit: instructions, constants and names of a code object in the making | `Python/instruction_sequence.c` |
//! | [`flowgraph`] | basic blocks and the passes over them; `pipeline.rs` says their order | `Python/flowgraph.c` |
//! | [`assemble`] | jumps, inline caches, exception table, location table | `Python/assemble.c` |
//! | [`marshal`], [`pyc`] | the file format; which objects are shared, and so numbered | `Python/marshal.c`, `importlib` |
//! | [`code`] | code objects and constants, and their disassembly | `Objects/codeobject.c`, `Lib/dis.py` |
//! | [`targets`](mod@targets) | what each version of CPython does: features, opcodes, limits | |
//!
//! [`escape`] makes texts from files and names safe to show; [`rejection`] finds the lines that
//! diagnostics are about.
//!
//! [`compile`](mod@compile) calls these stages in order; no stage calls the next one itself.
//! [`api`] is the public library on top of it. Around them stand [`project`] (which files, which
//! are up to date), [`workers`] and [`atomic`] (parallel work, atomic writes), [`bundle`] (the
//! archive's format), [`runner`] (running one) and [`cli`] (the commands; `report.rs` is the only
//! place that prints).
//!
//! What the crate's root names is the library that others depend on. Everything else is private;
//! the programs and the tests reach it through `internals`, which is hidden and not stable.
//!
//! | feature | modules | dependencies |
//! |---|---|---|
//! | none | the stages, [`compile`](mod@compile), [`api`] | no I/O; at most 20 crates (`scripts/features`) |
//! | `runner` | [`runner`], reading in [`bundle`] | decompression, digests, signatures |
//! | `bundle` | reading and writing in [`bundle`], [`workers`], [`atomic`] | threads, temporary files |
//! | `cli` | [`project`], [`cli`] | everything |
//!
//! # The way of a bundle
//!
//! ```text
//! project ─ pack ─> bundle::Contents ─ layout, streams, write ─> APP.pyb         crosspyc bundle
//! APP.pyb ─ Archive::open ─> manifest ─ interpreters ─> one that fits            crosspyc-run
//!         ─ cache ─> a virtual environment with its files ─ launch ─> the program
//! ```
//!
//! A start reads the archive's trailer and manifest, asks no interpreter that it knows already, and
//! looks at the unpacked files without reading them; the index and the frames are read to unpack,
//! verify or inspect. Files are unpacked, not imported from an image: then child processes of every
//! kind, resources, metadata and tracebacks are Python's own business and work as they do by hand.
//!
//! # Invariants
//!
//! 1. Only [`targets`](mod@targets) compares versions. Elsewhere code asks what the target *does*,
//!    by a named feature.
//! 2. One lexer and one parser decide what Python is. The symbol table knows no bytes; code
//!    generation emits no numbers, offsets or widths.
//! 3. A pass over the flow graph is one function in one file, with a doc that says what it may
//!    change; the order stands in one place.
//! 4. Only [`assemble`] knows code units, `EXTENDED_ARG` and inline caches; only [`marshal`],
//!    [`pyc`] and [`bundle`] know bytes on disk.
//! 5. From `compile` down the library is pure: no I/O, no clock, no environment. Same source,
//!    options and target give the same bytes, whatever the machine, the run or the number of
//!    threads. No output depends on the order of a hash table or on the number of an interned name.
//! 6. [`runner`] needs only reading bundles: `crosspyc-run` links no parser and no compiler.
//! 7. No input makes it panic, hang or overflow the stack: bad Python is a
//!    [diagnostic](diagnostic::Diagnostic), a bad file an error that names the byte.
//!
//! # Memory
//!
//! What a compilation makes (tree, names, constants, code objects) lives in one arena, which the
//! caller gives and resets from file to file. Names are small integers ([`names::Ident`]), blocks
//! and constants are indices, texts are borrowed from the source where they can be. Trees are
//! immutable: a stage that changes one rebuilds the way from the root to the change and shares the
//! rest.
//!
//! # Evidence
//!
//! `scripts/conformance` compares a whole tree with a CPython's own compiler;
//! `testdata/conformance/` holds what it found. The golden files under `testdata/` are CPython's
//! own output, made by `scripts/oracle.py` and its like, so `cargo test` compares with the real
//! thing without a Python. `scripts/regrtest` runs CPython's regression tests on our bytecode.
//! `scripts/compare_installed` compares bundled programs with installed ones. `scripts/fuzz` looks
//! for inputs that break an invariant. `scripts/bench` measures.

#[cfg(doc)]
use crate::*;
