//! The modules of the crate, for its own programs and tests. Nothing here is stable: it may change
//! in any release.
//!
//! The modules themselves are private, so that the root of the crate is all that others can depend
//! on. This is the one way in for `src/main.rs`, `src/bin/`, `tests/`, `fuzz/` and `scripts/`.

#[cfg(feature = "bundle")]
pub mod atomic {
    pub use crate::atomic::*;
}
#[cfg(any(feature = "bundle", feature = "runner"))]
pub mod bundle {
    pub use crate::bundle::*;
}
#[cfg(feature = "cli")]
pub mod cli {
    pub use crate::cli::*;
}
pub mod code {
    pub use crate::code::*;
}
pub mod compile {
    pub use crate::compile::*;
}
pub mod diagnostic {
    pub use crate::diagnostic::*;
}
pub mod escape {
    pub use crate::escape::*;
}
pub mod instructions {
    pub use crate::instructions::*;
}
pub mod marshal {
    pub use crate::marshal::*;
}
pub mod names {
    pub use crate::names::*;
}
pub mod preprocess {
    pub use crate::preprocess::*;
}
#[cfg(feature = "cli")]
pub mod project {
    pub use crate::project::*;
}
pub mod pyc {
    pub use crate::pyc::*;
}
pub mod rejection {
    pub use crate::rejection::*;
}
#[cfg(feature = "runner")]
pub mod runner {
    pub use crate::runner::*;
}
pub mod source {
    pub use crate::source::*;
}
pub mod symtable {
    pub use crate::symtable::*;
}
pub mod syntax {
    pub use crate::syntax::*;
}
pub mod targets {
    pub use crate::targets::*;
}
#[cfg(feature = "bundle")]
pub mod workers {
    pub use crate::workers::*;
}
