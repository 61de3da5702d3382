//! crosspyc compiles Python sources to `.pyc` files, with no Python on the machine. Its code
//! objects equal those of CPython's own compiler, field by field, and from 3.11 on its files equal
//! those of `py_compile`, byte by byte. What CPython rejects, crosspyc rejects with the same
//! message. `targets("all")` lists the versions that it compiles for.
//!
//! This is the library. The default features add the `crosspyc` command line and its dependencies;
//! a program that embeds the compiler leaves them out:
//!
//! ```toml
//! [dependencies]
//! crosspyc = { version = "0.1", default-features = false }
//! ```
//!
//! ```
//! use crosspyc::{Invalidation, Options, Target};
//!
//! let target: Target = "3.12".parse()?;
//! let compiled = crosspyc::compile(b"print('Hello')", target, &Options::new("hello.py"))?;
//! let pyc = compiled.pyc(Invalidation::CheckedHash);
//! assert_eq!(pyc[..4], *b"\xcb\x0d\r\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The library is pure: it reads no file, no clock and no environment, and prints nothing. The same
//! source, options and target give the same bytes on every machine and every thread. It builds for
//! `wasm32-unknown-unknown`.
//!
//! # A file for four versions
//!
//! [`Compiler::parse`] reads a source once for all targets:
//!
//! ```
//! use crosspyc::{Compiler, Invalidation, Options, cache_file_name, targets};
//!
//! let source = b"def area(w, h): return w * h\n";
//! let mut compiler = Compiler::new();
//! let mut parsed = compiler.parse(source);
//! let mut names = Vec::new();
//! for target in targets("3.12-3.15")? {
//!     let compiled = parsed.compile(target, &Options::new("shapes.py"))?;
//!     let pyc = compiled.pyc(Invalidation::CheckedHash);
//!     let name = cache_file_name("shapes", target, 0);
//!     // std::fs::write(format!("__pycache__/{name}"), pyc)?;
//!     names.push((name, pyc.len()));
//! }
//! assert_eq!(names[0].0, "shapes.cpython-312.pyc");
//! assert_eq!(names.len(), 4);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # In a build tool with its own thread pool
//!
//! A [`Compiler`] reuses its memory from file to file. Each thread needs its own; a [`Compiled`]
//! can be sent anywhere.
//!
//! ```
//! use std::sync::atomic::{AtomicUsize, Ordering};
//! use std::sync::mpsc;
//! use std::thread;
//!
//! use crosspyc::{Compiler, Options, Target};
//!
//! let sources = ["a = 1", "b = 2", "c = = 3", "d = 4"];
//! let target: Target = "3.14".parse()?;
//! let next = AtomicUsize::new(0);
//! let (sender, results) = mpsc::channel();
//! thread::scope(|scope| {
//!     for sender in [sender.clone(), sender] {
//!         let (next, sources) = (&next, &sources);
//!         scope.spawn(move || {
//!             let mut compiler = Compiler::new();
//!             while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
//!                 let mut parsed = compiler.parse(source.as_bytes());
//!                 let compiled = parsed.compile(target, &Options::new("x.py"));
//!                 sender.send(compiled).expect("it is received below");
//!             }
//!         });
//!     }
//! });
//! let errors = results.iter().filter_map(Result::err).map(|error| error.to_string());
//! let errors: Vec<String> = errors.collect();
//! assert_eq!(errors, ["SyntaxError: invalid syntax (x.py, line 1)"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Is this pyc what this source gives?
//!
//! ```
//! use crosspyc::{Arena, Invalidation, Options, Pyc, compile};
//!
//! let source = b"x = 1\n";
//! # let compiled = compile(source, "3.13".parse()?, &Options::new("x.py"))?;
//! # let bytes = compiled.pyc(Invalidation::CheckedHash);
//! // let bytes = std::fs::read("__pycache__/x.cpython-313.pyc")?;
//! let pyc = Pyc::read(&bytes)?;
//! let target = pyc.target().ok_or("the pyc is for another Python")?;
//! let arena = Arena::new();
//! let filename = pyc.code(&arena)?.filename.as_str().ok_or("a file name that is not UTF-8")?;
//!
//! let compiled = compile(source, target, &Options::new(filename))?;
//! assert_eq!(pyc.marshalled(), compiled.marshalled());
//! assert_eq!(pyc.is_current(source, 0), Some(true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Compilers change within a version, and a pyc does not say which patch release made it: to
//! compare with the pycs of an older one, name it in the target (`3.13.0`).
//!
//! # Features
//!
//! | feature | what it adds |
//! |---|---|
//! | none | this library: the compiler, and no more |
//! | `bundle` | reading and writing bundles |
//! | `runner` | the program `crosspyc-run` |
//! | `cli` (default) | the program `crosspyc`, with both of the above |
//!
//! The features build the programs. They add nothing to the library: its interface is the same with
//! and without them.
//!
//! # Stability
//!
//! The items that this page lists follow semantic versioning: before 1.0 a change that breaks
//! callers raises the minor version, and CHANGELOG.md names it. Hidden items are no part of the
//! interface. The compiled bytes are no part of it either: when CPython's patch releases or a bug's
//! fix change them, a patch release of crosspyc does. A new Python version, a new error and a new
//! field are no breaking changes, so the enums and structs that can grow are `#[non_exhaustive]`.
//!
//! The oldest supported Rust is 1.95 (`rust-version`). Raising it raises the minor version.
//!
//! A panic is a bug of crosspyc; please report it. A source that is nested a thousand levels deep
//! needs more stack than a thread has: where the system allows it, the compiler takes a larger one.
//! On WebAssembly it cannot. There, a source that is nested more than 800 levels deep is a
//! `RecursionError` or `MemoryError`; hosts whose stack is smaller than 1 MB may still trap.

mod api;
mod architecture;
mod assemble;
#[cfg(feature = "bundle")]
mod atomic;
#[cfg(any(feature = "bundle", feature = "runner"))]
mod bundle;
#[cfg(feature = "cli")]
mod cli;
mod code;
mod codegen;
mod compile;
mod diagnostic;
mod escape;
mod flowgraph;
mod folding;
mod instructions;
mod marshal;
mod names;
mod preprocess;
#[cfg(feature = "cli")]
mod project;
mod pyc;
mod rejection;
#[cfg(feature = "runner")]
mod runner;
#[cfg(all(unix, any(feature = "cli", feature = "runner")))]
mod signals;
mod source;
mod symtable;
mod syntax;
mod targets;
#[cfg(feature = "bundle")]
mod workers;

#[doc(hidden)]
pub mod internals;

pub use api::{
    Arena, CompileError, Compiled, Compiler, Invalidation, Options, Pyc, Source, Warning, compile,
    disassemble,
};
pub use code::{
    CodeFlags, CodeObject, Constant, ExceptionEntries, ExceptionEntry, Int, LocalKind, LocalPlus,
    LocationEntry, Locations, PyStr,
};
pub use marshal::{ReadError, ReadErrorKind};
pub use pyc::{PycError, cache_file_name, source_hash};
pub use rejection::{Excerpt, Place};
pub use source::Location;
pub use targets::{Target, TargetError, Version, targets};
