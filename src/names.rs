//! Interned identifiers: every name of a module is a small integer, [`Ident`], and the [`Interner`]
//! has its text.
//!
//! No output may depend on the numbers themselves, only on the texts: the same source gives the
//! same bytes whatever was interned before.

use std::sync::LazyLock;

use bumpalo::Bump;

/// An identifier (or dotted module name) by number. Cheap to compare and hash; the [`Interner`] has
/// its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ident(u32);

impl Ident {
    /// The number itself, dense from 0: for tables with an entry for every name of a module.
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The names of one module, with their texts in the module's arena.
///
/// A hash table with open addressing, because every name token of a source is looked up in it: a
/// short text is hashed and compared as two integers.
pub struct Interner<'a> {
    arena: &'a Bump,
    table: Table<'a>,
}

#[derive(Clone)]
struct Table<'a> {
    names: Vec<Name<'a>>,
    /// The number of a name plus one, at or after the slot that its hash selects; 0 if empty.
    /// Their count is a power of two, and at most half of them are in use.
    slots: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Name<'a> {
    key: Key,
    text: &'a str,
}

/// The first 16 bytes of a text, zeros behind it; of a longer text, a hash instead of the second
/// half. Two texts of the same length, up to [`Key::EXACT`], are equal if and only if their keys
/// are.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key(u64, u64);

/// An odd number whose bits look random: multiplication by it spreads each bit of a key upwards.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// The bits that count in the key of a text, by its length.
static MASKS: [Key; Key::EXACT + 1] = {
    let mut masks = [Key(0, 0); Key::EXACT + 1];
    let mut len = 1;
    while len < masks.len() {
        let Key(head, tail) = masks[len - 1];
        masks[len] = if len <= 8 { Key(head << 8 | 0xff, 0) } else { Key(head, tail << 8 | 0xff) };
        len += 1;
    }
    masks
};

impl Key {
    const EXACT: usize = 16;

    /// The key of a text of `len` bytes that is not long. What is behind it in `first` does not
    /// count, so that no branch depends on the length.
    #[inline]
    fn exact(first: &[u8; Key::EXACT], len: usize) -> Key {
        let both = u128::from_le_bytes(*first);
        let Key(head, tail) = MASKS[len];
        Key(both as u64 & head, (both >> 64) as u64 & tail)
    }

    fn of(text: &[u8]) -> Key {
        let first = std::array::from_fn(|at| text.get(at).copied().unwrap_or(0));
        match text.len() <= Key::EXACT {
            true => Key::exact(&first, text.len()),
            false => Key::exact(&first, Key::EXACT).hashed_with(text),
        }
    }

    /// The key of a long text, whose middle and end count as well.
    fn hashed_with(self, text: &[u8]) -> Key {
        let word = |word: &[u8; 8]| u64::from_le_bytes(*word);
        let end = text.last_chunk().map_or(0, word);
        let words = text.as_chunks().0.iter().map(word);
        let hash = words.fold(end, |hash, word| (hash.rotate_left(23) ^ word).wrapping_mul(SPREAD));
        Key(self.0, hash)
    }

    /// A hash whose highest bits depend on all bits of the key.
    #[inline]
    fn hash(self) -> u64 {
        (self.0.wrapping_mul(SPREAD) ^ self.1).wrapping_mul(SPREAD)
    }
}

/// How many slots a table begins with. Most modules have fewer than half as many names.
const SLOTS: usize = 1024;

impl<'a> Interner<'a> {
    /// Just the names of [`known`].
    pub fn new(arena: &'a Bump) -> Self {
        static KNOWN: LazyLock<Table<'static>> = LazyLock::new(Table::known);
        Interner { arena, table: KNOWN.clone() }
    }

    /// The number of `text`, which is copied into the arena if it is new.
    #[inline(never)]
    pub fn intern(&mut self, text: &str) -> Ident {
        let key = Key::of(text.as_bytes());
        match self.table.find(key, text.as_bytes()) {
            Ok(ident) => ident,
            Err(slot) => self.insert_new(slot, key, text),
        }
    }

    /// The same for the first `len` bytes of a source, which are a name.
    #[inline]
    pub(crate) fn intern_first(&mut self, source: &str, len: usize) -> Ident {
        let Some(first) = source.as_bytes().first_chunk().filter(|_| len <= Key::EXACT) else {
            return self.intern(&source[..len]);
        };
        let key = Key::exact(first, len);
        match self.table.find_if(key, len, |_| true) {
            Ok(ident) => ident,
            Err(slot) => self.insert_new(slot, key, &source[..len]),
        }
    }

    /// How many names there are: every [`Ident`] is below.
    pub(crate) fn len(&self) -> usize {
        self.table.names.len()
    }

    /// Whether a name begins with two underscores.
    pub(crate) fn has_dunder(&self, ident: Ident) -> bool {
        let Key(head, _) = self.table.names[ident.index()].key;
        head as u16 == u16::from_le_bytes(*b"__")
    }

    /// The text of a name.
    pub fn text(&self, ident: Ident) -> &'a str {
        self.table.names[ident.index()].text
    }

    #[cold]
    fn insert_new(&mut self, slot: usize, key: Key, text: &str) -> Ident {
        self.table.insert(slot, key, self.arena.alloc_str(text))
    }
}

impl Table<'static> {
    fn known() -> Self {
        let mut table = Table { names: Vec::new(), slots: vec![0; SLOTS] };
        for text in known::TEXTS {
            let key = Key::of(text.as_bytes());
            if let Err(slot) = table.find(key, text.as_bytes()) {
                table.insert(slot, key, text);
            }
        }
        table
    }
}

impl<'a> Table<'a> {
    /// The number of `text`, or the empty slot where it belongs.
    fn find(&self, key: Key, text: &[u8]) -> Result<Ident, usize> {
        self.find_if(key, text.len(), |known| text.len() <= Key::EXACT || known.as_bytes() == text)
    }

    /// The same for a text that has a key and length, and equals a known text if `is_same` says so.
    #[inline(always)]
    fn find_if(&self, key: Key, len: usize, is_same: impl Fn(&str) -> bool) -> Result<Ident, usize> {
        let slots = &self.slots[..];
        let mask = slots.len() - 1;
        let mut slot = (key.hash() >> (mask as u64).leading_zeros()) as usize & mask;
        loop {
            let Some(index) = slots[slot].checked_sub(1) else { return Err(slot) };
            let name = &self.names[index as usize];
            if name.key == key && name.text.len() == len && is_same(name.text) {
                return Ok(Ident(index));
            }
            slot = (slot + 1) & mask;
        }
    }

    fn insert(&mut self, slot: usize, key: Key, text: &'a str) -> Ident {
        let ident = Ident(self.names.len() as u32);
        self.names.push(Name { key, text });
        self.slots[slot] = ident.0 + 1;
        if self.names.len() > self.slots.len() / 2 {
            self.grow();
        }
        ident
    }

    /// Doubles the slots.
    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len() * 2];
        for index in 0..self.names.len() {
            let Name { key, text } = self.names[index];
            if let Err(slot) = self.find(key, text.as_bytes()) {
                self.slots[slot] = index as u32 + 1;
            }
        }
    }
}

/// Tables up to this size are searched entry by entry: most stay below it, and hashing would cost
/// more than it saves.
pub(crate) const LINEAR_SEARCH: usize = 32;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_equal_only_if_their_texts_are() {
        let arena = Bump::new();
        let mut interner = Interner::new(&arena);
        // Of each length, texts that differ in one byte only; enough of them to grow the table.
        let alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
        let texts = (0..=alphabet.len()).flat_map(|len| {
            let base = &alphabet[..len];
            (0..len).map(move |at| format!("{}_{}", &base[..at], &base[at + 1..])).chain([base.to_owned()])
        });
        let texts: Vec<String> = texts.collect();
        let idents: Vec<Ident> = texts.iter().map(|text| interner.intern(text)).collect();
        assert!(interner.len() > SLOTS / 2, "the table grew");
        for (text, &ident) in texts.iter().zip(&idents) {
            assert_eq!(interner.text(ident), text);
            assert_eq!(interner.intern(text), ident, "{text}");
            assert_eq!(interner.has_dunder(ident), text.starts_with("__"), "{text}");
        }
        assert_eq!(interner.len(), known::TEXTS.len() + texts.len() - 1, "`_` is known");
        for (text, expected) in
            [("__", true), ("__a", true), ("__a_long_name_of_a_method__", true), ("_a", false)]
        {
            let ident = interner.intern(text);
            assert_eq!(interner.has_dunder(ident), expected, "{text}");
        }
    }
}
