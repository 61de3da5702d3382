//! Interned identifiers: every name of a module is a small integer, [`Ident`], whose text the
//! [`Interner`] knows.
//!
//! No output may depend on the numbers themselves, only on the texts: the same source gives the
//! same bytes whatever was interned before.

use bumpalo::Bump;
use rustc_hash::{FxBuildHasher, FxHashMap};

/// An identifier (or dotted module name) by number; compare and hash it freely, and ask the
/// [`Interner`] for its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ident(u32);

impl Ident {
    /// The number itself, dense from 0: for tables with an entry for every name of a module.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The table of names of one module, its texts in the module's arena.
pub struct Interner<'a> {
    arena: &'a Bump,
    texts: Vec<&'a str>,
    numbers: FxHashMap<&'a str, Ident>,
}

/// How many names a module of some size has; tables begin with room for as many.
const USUAL_NAMES: usize = 512;

impl<'a> Interner<'a> {
    /// A table that knows just the names of [`known`].
    pub fn new(arena: &'a Bump) -> Self {
        let texts = Vec::with_capacity(USUAL_NAMES);
        let numbers = FxHashMap::with_capacity_and_hasher(USUAL_NAMES, FxBuildHasher);
        let mut interner = Interner { arena, texts, numbers };
        for text in known::TEXTS {
            interner.insert(text);
        }
        interner
    }

    /// The number of `text`, which is copied into the arena when it is new.
    pub fn intern(&mut self, text: &str) -> Ident {
        match self.numbers.get(text) {
            Some(&ident) => ident,
            None => self.insert(self.arena.alloc_str(text)),
        }
    }

    /// How many names there are: every [`Ident`] is below.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    pub fn text(&self, ident: Ident) -> &'a str {
        self.texts[ident.0 as usize]
    }

    fn insert(&mut self, text: &'a str) -> Ident {
        let ident = Ident(self.texts.len() as u32);
        self.texts.push(text);
        self.numbers.insert(text, ident);
        ident
    }
}

/// Tables up to this size are searched entry by entry: most stay below it, and hashing would cost
/// more than it saves.
pub(crate) const LINEAR_SEARCH: usize = 32;

/// The first place of `wanted`. Looks at eight entries at a time, without branches between them.
pub(crate) fn position<T: Copy + PartialEq>(entries: &[T], wanted: T) -> Option<usize> {
    let (chunks, rest) = entries.as_chunks::<8>();
    for (index, chunk) in chunks.iter().enumerate() {
        let found = (0..8).fold(0_u32, |found, at| found | u32::from(chunk[at] == wanted) << at);
        if found != 0 {
            return Some(index * 8 + found.trailing_zeros() as usize);
        }
    }
    rest.iter().position(|&entry| entry == wanted).map(|at| chunks.len() * 8 + at)
}

/// The names that the compiler itself speaks of.
pub mod known {
    use super::Ident;

    macro_rules! known {
        ($($name:ident = $text:literal,)*) => {
            #[expect(non_camel_case_types, clippy::upper_case_acronyms, reason = "only counts the names below")]
            enum Index { $($name,)* }
            $(pub const $name: Ident = Ident(Index::$name as u32);)*
            pub(super) const TEXTS: &[&str] = &[$($text,)*];
        };
    }

    known! {
        CLASS = "__class__",
        CLASSCELL = "__classcell__",
        CLASSDICT = "__classdict__",
        CONDITIONAL_ANNOTATIONS = "__conditional_annotations__",
        CLASSDICTCELL = "__classdictcell__",
        DEBUG = "__debug__",
        DOC = "__doc__",
        NAME = "__name__",
        MODULE = "__module__",
        QUALNAME = "__qualname__",
        FIRSTLINENO = "__firstlineno__",
        STATIC_ATTRIBUTES = "__static_attributes__",
        ANNOTATIONS = "__annotations__",
        TYPE_PARAMS = "__type_params__",
        DOT_TYPE_PARAMS = ".type_params",
        DOT_GENERIC_BASE = ".generic_base",
        DOT_DEFAULTS = ".defaults",
        DOT_KWDEFAULTS = ".kwdefaults",
        DOT_FORMAT = ".format",
        DOT_ZERO = ".0",
        SUPER = "super",
        SELF = "self",
        ALL = "all",
        ANY = "any",
        LIST = "list",
        SET = "set",
        TUPLE = "tuple",
        RETURN = "return",
        FUTURE = "__future__",
        STAR = "*",
        UNDERSCORE = "_",
        LAMBDA = "<lambda>",
        LISTCOMP = "<listcomp>",
        SETCOMP = "<setcomp>",
        DICTCOMP = "<dictcomp>",
        GENEXPR = "<genexpr>",
        MODULE_SCOPE = "<module>",
        TOP = "top",
        ANNOTATION_SCOPE = "_annotation",
        ANNOTATE = "__annotate__",
        ANNOTATE_FUNC = "__annotate_func__",
        LAMBDA_SCOPE = "lambda",
        LISTCOMP_SCOPE = "listcomp",
        SETCOMP_SCOPE = "setcomp",
        DICTCOMP_SCOPE = "dictcomp",
        GENEXPR_SCOPE = "genexpr",
    }
}
