//! The objects of a compilation as CPython's memory would hold them: which are one object, and
//! which are shared.
//!
//! # Problem
//!
//! Marshal looks at more than values. An object whose reference count is above 1, and every
//! interned string, gets `FLAG_REF` and a number; where the *same object* comes again, `TYPE_REF`
//! and that number are written. Two equal strings may be two objects, and an equal tuple of names
//! and tuple of constants may be one. So the bytes of a pyc depend on how the compiler shared its
//! objects, and a [`CodeObject`] does not say that.
//!
//! # Strategy
//!
//! Build those objects again: [`Heap::new`] makes an [`Object`] for every one CPython has alive
//! when it marshals, with slots that name the objects it holds, and counts references. The rules,
//! all of them consequences of how the compiler works:
//!
//! - Every constant goes through the compiler's cache of constants, and so do the tuples of names,
//!   of local names and of constants, the location tables and the exception tables: in one module,
//!   equal ones (types and signs told apart) are one object. [`ConstCache`] is that cache; its keys
//!   are [`Key`]s.
//! - Names and local names are interned: one object for a text. So are string constants made of
//!   `[a-zA-Z0-9_]` only, within tuples too. Other string constants are objects beside an interned
//!   string of the same text. A constant that is the name of a class, of an annotated parameter, of
//!   a keyword argument or of an import is the name's own object ([`Constant::Name`]), if no equal
//!   constant came first.
//! - What exists once in a process is shared however often it stands here: small integers, `()`,
//!   `b""` and bytes of length 1, `""` and strings of one character below U+0100, and the names
//!   like `<module>` that the compiler itself gives. Some targets have interned these strings.
//! - A qualified name is an object of its own, unless it equals the name. The body of a class loads
//!   it as a constant: that is the same object, if no equal constant came first. Some targets
//!   intern qualified names when they make the code object: then there is one for all that are
//!   equal, and the constant is that one only if it is the first of its text.
//! - `co_filename` is one object, which the caller of the compiler holds too, and which some
//!   targets intern. `co_code` is made on demand and kept: two references; of some targets it is in
//!   the cache of constants. `co_localspluskinds` has one owner always.
//! - A frozenset is made anew for each tuple of constants in which interning replaces one of its
//!   strings by another object.
//!
//! # Why this is right
//!
//! When marshal runs, the syntax tree and the cache are gone: only the slots modelled here hold
//! references. An object that two slots hold has a count above 1 and one that a single slot holds
//! has a count of 1, whatever else the process does, because everything that the rest of the
//! process can hold as well (interned strings, the objects that exist once) counts as shared
//! anyway. Only the last rule looks beyond the module, at what the process has interned before; see
//! `share_frozensets`.
//!
//! CPython: `Python/compile.c` `merge_consts_recursive`, `_PyCompile_ConstCacheMergeOne`,
//! `Python/assemble.c` `makecode`, `Objects/codeobject.c` `_PyCode_New`, `intern_strings`,
//! `intern_string_constants`, `Python/marshal.c` `w_ref` (3.12)

use std::cmp::Ordering;

use bumpalo::Bump;
use rustc_hash::{FxBuildHasher, FxHashMap};
use smallvec::{SmallVec, smallvec};

use crate::code::identity::exists_once;
use crate::code::{CodeObject, Constant, Int, LocalKind, LocalPlus, Origin, PyStr};
use crate::targets::{CodeLayout, MarshalFeatures};

/// An object by its number in the [`Heap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ObjectId(u32);

impl ObjectId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The objects that an object holds: a range of the heap's slots.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slots {
    start: u32,
    len: u32,
}

/// An object of CPython's memory.
#[derive(Debug)]
pub(super) struct Object<'a> {
    pub(super) body: Body<'a>,
    /// How many slots hold it, and holders outside the heap.
    references: u32,
    /// Alive for good: its reference count is never 1.
    immortal: bool,
    pub(super) interned: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Body<'a> {
    None,
    False,
    True,
    Ellipsis,
    Int(Int<'a>),
    Float(f64),
    Complex {
        real: f64,
        imag: f64,
    },
    Str(PyStr<'a>),
    Bytes(&'a [u8]),
    /// The bytes of `co_localspluskinds`.
    Kinds(&'a [LocalPlus<'a>]),
    Tuple(Slots),
    FrozenSet(Slots),
    Slice(Slots),
    /// The slots are those fields that are objects, in marshal's order.
    Code(&'a CodeObject<'a>, Slots),
}

/// All objects reachable from a code object.
pub(super) struct Heap<'a> {
    objects: Vec<Object<'a>>,
    slots: Vec<ObjectId>,
    root: ObjectId,
}

impl<'a> Heap<'a> {
    /// The objects of the compilation that resulted in `code`.
    pub(super) fn new(code: &'a CodeObject<'a>, features: &MarshalFeatures) -> Heap<'a> {
        let keys = Bump::new();
        let mut builder = Builder::new(&keys, features);
        let root = builder.code(code);
        // The caller of marshal holds it, too or alone.
        let is_shared = !features.root_code_is_not_shared;
        builder.heap.objects[root.index()].references = 1 + u32::from(is_shared);
        builder.heap.root = root;
        builder.share_frozensets();
        builder.heap
    }

    pub(super) fn root(&self) -> ObjectId {
        self.root
    }

    pub(super) fn len(&self) -> usize {
        self.objects.len()
    }

    pub(super) fn object(&self, id: ObjectId) -> &Object<'a> {
        &self.objects[id.index()]
    }

    pub(super) fn slots(&self, slots: Slots) -> &[ObjectId] {
        &self.slots[slots.start as usize..][..slots.len as usize]
    }

    fn add(&mut self, body: Body<'a>) -> ObjectId {
        let id = ObjectId(
            u32::try_from(self.objects.len()).expect("objects fit the memory that holds their code"),
        );
        self.objects.push(Object { body, references: 0, immortal: false, interned: false });
        id
    }

    fn add_immortal(&mut self, body: Body<'a>) -> ObjectId {
        let id = self.add(body);
        self.objects[id.index()].immortal = true;
        id
    }

    /// Makes slots that hold `held`, one reference each.
    fn add_slots(&mut self, held: &[ObjectId]) -> Slots {
        let start = self.slots.len() as u32;
        for id in held {
            self.objects[id.index()].references += 1;
        }
        self.slots.extend_from_slice(held);
        Slots { start, len: held.len() as u32 }
    }

    /// What becomes of the elements of a frozenset that never was.
    fn clear_slots(&mut self, frozenset: ObjectId) {
        let Body::FrozenSet(slots) = self.objects[frozenset.index()].body else { return };
        for slot in slots.start..slots.start + slots.len {
            let held = self.slots[slot as usize];
            self.objects[held.index()].references -= 1;
        }
    }

    fn replace_slot(&mut self, slot: usize, id: ObjectId) {
        self.objects[id.index()].references += 1;
        let old = std::mem::replace(&mut self.slots[slot], id);
        self.objects[old.index()].references -= 1;
    }
}

impl Object<'_> {
    /// Whether marshal gives it a number.
    ///
    /// CPython: `Python/marshal.c` `w_ref` (3.8–)
    pub(super) fn is_shared(&self) -> bool {
        self.interned || self.immortal || self.references > 1
    }
}

/// What the compiler's cache of constants tells apart: equal keys are equal constants.
///
/// CPython: `Objects/codeobject.c` `_PyCode_ConstantKey` (3.8–)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Key {
    /// Of [`ConstCache::texts`].
    Text(u32),
    /// Of [`ConstCache::frozensets`].
    FrozenSet(u32),
    /// An object that all equal constants are.
    Object(u32),
}

/// The objects that a text may be: as a constant and, beside it, interned.
struct Text<'a> {
    text: PyStr<'a>,
    /// Whether it is made of name characters only, so that constants with this text are interned.
    is_identifier_like: bool,
    /// Whether a constant has this text, so that the cache has an object for it.
    is_constant: bool,
    /// Whether a name of the module has this text.
    is_name: bool,
    constant: Option<ObjectId>,
    interned: Option<ObjectId>,
}

impl<'a> Text<'a> {
    fn new(text: PyStr<'a>) -> Text<'a> {
        Text {
            text,
            is_identifier_like: all_name_chars(text),
            is_constant: false,
            is_name: false,
            constant: None,
            interned: None,
        }
    }
}

struct FrozenSet<'k> {
    items: &'k [Key],
    objects: Vec<ObjectId>,
}

/// CPython: `Python/compile.c` `c_const_cache` (3.8–)
#[derive(Default)]
struct ConstCache<'a, 'k> {
    scalars: FxHashMap<Constant<'a>, ObjectId>,
    /// Of `scalars`, those that nearly every code object has; see [`Builder::scalar`].
    common: [Option<ObjectId>; 4],
    texts: Vec<Text<'a>>,
    text_numbers: FxHashMap<&'a [u8], u32>,
    /// Of names, by the address and length of the text.
    name_numbers: FxHashMap<(usize, usize), u32>,
    tuples: FxHashMap<&'k [Key], ObjectId>,
    frozensets: Vec<FrozenSet<'k>>,
    frozenset_numbers: FxHashMap<&'k [Key], u32>,
    codes: FxHashMap<*const CodeObject<'a>, ObjectId>,
}

/// How many objects a module of some size has; tables begin with room for as many.
const USUAL_OBJECTS: usize = 1024;

impl ConstCache<'_, '_> {
    fn for_usual_modules() -> Self {
        ConstCache {
            scalars: FxHashMap::with_capacity_and_hasher(USUAL_OBJECTS / 4, FxBuildHasher),
            texts: Vec::with_capacity(USUAL_OBJECTS / 2),
            text_numbers: FxHashMap::with_capacity_and_hasher(USUAL_OBJECTS / 2, FxBuildHasher),
            name_numbers: FxHashMap::with_capacity_and_hasher(USUAL_OBJECTS / 4, FxBuildHasher),
            tuples: FxHashMap::with_capacity_and_hasher(USUAL_OBJECTS / 4, FxBuildHasher),
            ..ConstCache::default()
        }
    }
}

struct Builder<'a, 'k, 'f> {
    features: &'f MarshalFeatures,
    heap: Heap<'a>,
    cache: ConstCache<'a, 'k>,
    /// Where the cache's keys of tuples and frozensets live.
    arena: &'k Bump,
    /// Keys of the containers being made, innermost last.
    keys: Vec<Key>,
    filename: Option<(PyStr<'a>, ObjectId)>,
    compiler_names: [Option<ObjectId>; COMPILER_NAMES.len()],
}

/// The names of code objects for which CPython has one string each, which is not interned.
///
/// CPython: `Include/internal/pycore_global_strings.h` `STRUCT_FOR_STR` (3.12)
const COMPILER_NAMES: [&[u8]; 6] =
    [b"<module>", b"<lambda>", b"<listcomp>", b"<setcomp>", b"<dictcomp>", b"<genexpr>"];

impl<'a, 'k, 'f> Builder<'a, 'k, 'f> {
    fn new(arena: &'k Bump, features: &'f MarshalFeatures) -> Self {
        Builder {
            features,
            heap: Heap {
                objects: Vec::with_capacity(USUAL_OBJECTS),
                slots: Vec::with_capacity(2 * USUAL_OBJECTS),
                root: ObjectId(0),
            },
            cache: ConstCache::for_usual_modules(),
            arena,
            keys: Vec::new(),
            filename: None,
            compiler_names: [None; COMPILER_NAMES.len()],
        }
    }

    /// The object of a code object, and of all within.
    ///
    /// The constants come first, as in the compilation: a nested body is compiled before the
    /// constants after it are met.
    fn code(&mut self, code: &'a CodeObject<'a>) -> ObjectId {
        if let Some(&id) = self.cache.codes.get(&std::ptr::from_ref(code)) {
            return id;
        }
        let loads_qualname = code.origin == Some(Origin::ClassBody) && {
            let number = self.text_number(code.qualname);
            !self.text(number).is_constant
        };
        let consts = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.tuple(code.consts));
        let instructions = self.instructions(code.code);
        let names = self.names(code.names.iter().copied());
        let mut fields: SmallVec<[ObjectId; 10]> = smallvec![instructions, consts, names];
        match self.features.code_layout {
            CodeLayout::Variables => fields.extend(self.variables(code)),
            CodeLayout::LocalsPlus => fields.extend(self.localsplus(code)),
        }
        let filename = self.filename(code.filename);
        let name = self.code_name(code.name);
        fields.extend([filename, name]);
        if self.features.code_layout == CodeLayout::LocalsPlus {
            let is_name = code.qualname == code.name;
            fields.push(if is_name { name } else { self.qualname(code.qualname, loads_qualname) });
        }
        fields.push(self.bytes(code.linetable));
        if self.features.code_layout == CodeLayout::LocalsPlus {
            fields.push(self.bytes(code.exceptiontable));
        }
        let slots = self.heap.add_slots(&fields);
        let id = self.heap.add(Body::Code(code, slots));
        self.cache.codes.insert(code, id);
        id
    }

    /// `co_code`.
    fn instructions(&mut self, code: &'a [u8]) -> ObjectId {
        if self.features.equal_instructions_are_one {
            return self.bytes(code);
        }
        let id = self.heap.add(Body::Bytes(code));
        self.heap.objects[id.index()].references = 1;
        id
    }

    /// `co_localsplusnames` and `co_localspluskinds`.
    fn localsplus(&mut self, code: &'a CodeObject<'a>) -> [ObjectId; 2] {
        let locals = code.localsplus.iter().map(|slot| slot.name);
        let names = match code.origin {
            Some(Origin::Annotate) => self.new_names(locals),
            _ => self.names(locals),
        };
        let kinds = match code.localsplus {
            [] => self.bytes(b""),
            slots => self.heap.add(Body::Kinds(slots)),
        };
        [names, kinds]
    }

    /// `co_varnames`, `co_freevars` and `co_cellvars`.
    fn variables(&mut self, code: &'a CodeObject<'a>) -> [ObjectId; 3] {
        let kinds = [LocalKind::is_local, LocalKind::is_free, LocalKind::is_cell];
        kinds.map(|is_wanted| {
            let slots = code.localsplus.iter().filter(|slot| is_wanted(slot.kind));
            let names: SmallVec<[PyStr<'a>; 16]> = slots.map(|slot| slot.name).collect();
            self.names(names.into_iter())
        })
    }

    /// The key of a constant; makes the objects of what the constant holds.
    fn key(&mut self, constant: &Constant<'a>) -> Key {
        match *constant {
            Constant::Str(text) => {
                let number = self.text_number(text);
                self.text(number).is_constant = true;
                Key::Text(number)
            }
            Constant::Name(text) => {
                let number = self.text_number(text);
                self.name_as_constant(number);
                Key::Text(number)
            }
            Constant::FrozenSet(items) => self.frozenset_key(items),
            Constant::Tuple(items) => Key::Object(self.tuple(items).0),
            Constant::Code(code) => Key::Object(self.code(code).0),
            Constant::Bytes(bytes) => Key::Object(self.bytes(bytes).0),
            Constant::Slice(parts) => Key::Object(self.slice(constant, parts).0),
            _ => Key::Object(self.scalar(constant).0),
        }
    }

    /// A name as a constant is the name's own object, if no equal constant came first. Of a text
    /// that exists once there is no other object: the name being interned, the constant is too.
    fn name_as_constant(&mut self, number: u32) {
        self.text(number).is_name = true;
        let is_first = !self.text(number).is_constant;
        if is_first || exists_once(self.text(number).text) {
            let interned = self.interned(number);
            let text = self.text(number);
            (text.is_constant, text.constant) = (true, Some(interned));
        }
    }

    /// The object that a constant with this key is, for another slot.
    fn constant_object(&mut self, key: Key) -> ObjectId {
        match key {
            Key::Text(number) => {
                if self.text(number).is_identifier_like {
                    self.interned(number)
                } else {
                    self.constant_string(number)
                }
            }
            Key::FrozenSet(number) => {
                let items = self.cache.frozensets[number as usize].items;
                let slots = self.slots(items);
                let id = self.heap.add(Body::FrozenSet(slots));
                self.cache.frozensets[number as usize].objects.push(id);
                id
            }
            Key::Object(number) => ObjectId(number),
        }
    }

    fn slots(&mut self, keys: &[Key]) -> Slots {
        let held: SmallVec<[ObjectId; 32]> = keys.iter().map(|&key| self.constant_object(key)).collect();
        self.heap.add_slots(&held)
    }

    /// The commonest have places of their own.
    fn scalar(&mut self, constant: &Constant<'a>) -> ObjectId {
        let place = match constant {
            Constant::None => 0,
            Constant::True => 1,
            Constant::False => 2,
            Constant::Bytes(b"") => 3,
            _ => return self.hashed_scalar(constant),
        };
        if let Some(id) = self.cache.common[place] {
            return id;
        }
        let id = self.hashed_scalar(constant);
        self.cache.common[place] = Some(id);
        id
    }

    fn hashed_scalar(&mut self, constant: &Constant<'a>) -> ObjectId {
        if let Some(&id) = self.cache.scalars.get(constant) {
            return id;
        }
        let (body, immortal) = match *constant {
            Constant::None => (Body::None, true),
            Constant::False => (Body::False, true),
            Constant::True => (Body::True, true),
            Constant::Ellipsis => (Body::Ellipsis, true),
            Constant::Int(int) => (Body::Int(int), self.is_small(int)),
            Constant::Float(value) => (Body::Float(value), false),
            Constant::Complex { real, imag } => (Body::Complex { real, imag }, false),
            Constant::Bytes(bytes) => (Body::Bytes(bytes), bytes.len() <= 1),
            Constant::Str(_)
            | Constant::Name(_)
            | Constant::Tuple(_)
            | Constant::FrozenSet(_)
            | Constant::Slice(_)
            | Constant::Code(_) => unreachable!("`key` has its own ways for these"),
        };
        let id = if immortal { self.heap.add_immortal(body) } else { self.heap.add(body) };
        self.cache.scalars.insert(*constant, id);
        id
    }

    /// Equal slices are one object, but none of their parts went through the cache.
    fn slice(&mut self, constant: &Constant<'a>, parts: &[Constant<'a>; 3]) -> ObjectId {
        if let Some(&id) = self.cache.scalars.get(constant) {
            return id;
        }
        let parts = parts.map(|part| self.uncached(part));
        let slots = self.heap.add_slots(&parts);
        let id = self.heap.add(Body::Slice(slots));
        self.cache.scalars.insert(*constant, id);
        id
    }

    /// The object that a literal makes: one of its own, unless it exists once.
    fn uncached(&mut self, constant: Constant<'a>) -> ObjectId {
        match constant {
            Constant::Str(text) if exists_once(text) => {
                let number = self.text_number(text);
                self.constant_string(number)
            }
            Constant::Str(text) => self.heap.add(Body::Str(text)),
            Constant::Int(int) if !self.is_small(int) => self.heap.add(Body::Int(int)),
            Constant::Float(value) => self.heap.add(Body::Float(value)),
            Constant::Complex { real, imag } => self.heap.add(Body::Complex { real, imag }),
            Constant::Bytes(bytes) if bytes.len() > 1 => self.heap.add(Body::Bytes(bytes)),
            _ => self.scalar(&constant),
        }
    }

    /// Whether there is one object for all integers of this value.
    ///
    /// CPython: `Include/internal/pycore_global_objects.h` `_PY_NSMALLNEGINTS` (3.8–)
    fn is_small(&self, int: Int<'_>) -> bool {
        let largest = self.features.largest_small_int;
        matches!(int, Int::Small(value) if (-5..=largest).contains(&value))
    }

    fn bytes(&mut self, bytes: &'a [u8]) -> ObjectId {
        self.scalar(&Constant::Bytes(bytes))
    }

    fn tuple(&mut self, items: &[Constant<'a>]) -> ObjectId {
        let base = self.keys.len();
        for item in items {
            let key = self.key(item);
            self.keys.push(key);
        }
        if let Some(&id) = self.cache.tuples.get(&self.keys[base..]) {
            self.keys.truncate(base);
            return id;
        }
        let keys = self.take_keys(base);
        let slots = self.slots(keys);
        self.add_tuple(keys, slots)
    }

    /// A tuple whose strings are interned, whatever they are made of.
    ///
    /// An equal tuple of constants is the same object: its strings become the interned ones.
    fn names(&mut self, names: impl ExactSizeIterator<Item = PyStr<'a>>) -> ObjectId {
        let base = self.keys.len();
        for name in names {
            let number = self.name_number(name);
            self.keys.push(Key::Text(number));
        }
        if let Some(&id) = self.cache.tuples.get(&self.keys[base..]) {
            self.keys.truncate(base);
            self.intern_slots(id);
            return id;
        }
        let keys = self.take_keys(base);
        let interned: SmallVec<[ObjectId; 32]> = keys.iter().map(|&key| self.interned_key(key)).collect();
        let slots = self.heap.add_slots(&interned);
        self.add_tuple(keys, slots)
    }

    /// A tuple of names that is not in the cache.
    fn new_names(&mut self, names: impl ExactSizeIterator<Item = PyStr<'a>>) -> ObjectId {
        let interned: SmallVec<[ObjectId; 32]> = names
            .map(|name| {
                let number = self.name_number(name);
                self.interned(number)
            })
            .collect();
        let slots = self.heap.add_slots(&interned);
        self.heap.add(Body::Tuple(slots))
    }

    fn interned_key(&mut self, key: Key) -> ObjectId {
        let Key::Text(number) = key else { unreachable!("names are texts") };
        self.interned(number)
    }

    fn intern_slots(&mut self, tuple: ObjectId) {
        let Body::Tuple(slots) = self.heap.object(tuple).body else { unreachable!("found among the tuples") };
        for slot in slots.start as usize..(slots.start + slots.len) as usize {
            let held = self.heap.object(self.heap.slots[slot]);
            if let (Body::Str(text), false) = (held.body, held.interned) {
                let number = self.text_number(text);
                let interned = self.interned(number);
                self.heap.replace_slot(slot, interned);
            }
        }
    }

    fn add_tuple(&mut self, keys: &'k [Key], slots: Slots) -> ObjectId {
        let body = Body::Tuple(slots);
        let id = if keys.is_empty() { self.heap.add_immortal(body) } else { self.heap.add(body) };
        self.cache.tuples.insert(keys, id);
        id
    }

    fn take_keys(&mut self, base: usize) -> &'k [Key] {
        let keys = self.arena.alloc_slice_copy(&self.keys[base..]);
        self.keys.truncate(base);
        keys
    }

    fn frozenset_key(&mut self, items: &[Constant<'a>]) -> Key {
        let base = self.keys.len();
        for item in items {
            let key = self.key(item);
            self.keys.push(key);
        }
        // Sets are equal in any order.
        self.keys[base..].sort_unstable();
        let items = self.take_keys(base);
        let number = *self.cache.frozenset_numbers.entry(items).or_insert_with(|| {
            self.cache.frozensets.push(FrozenSet { items, objects: Vec::new() });
            self.cache.frozensets.len() as u32 - 1
        });
        Key::FrozenSet(number)
    }

    fn text_number(&mut self, text: PyStr<'a>) -> u32 {
        let texts = &mut self.cache.texts;
        *self.cache.text_numbers.entry(text.0).or_insert_with(|| {
            texts.push(Text::new(text));
            texts.len() as u32 - 1
        })
    }

    /// The number of a name's text. The names of a module have one text each, wherever they stand,
    /// so it is mostly known by its address.
    fn name_number(&mut self, name: PyStr<'a>) -> u32 {
        let address = (name.0.as_ptr().addr(), name.0.len());
        if let Some(&number) = self.cache.name_numbers.get(&address) {
            return number;
        }
        let number = self.text_number(name);
        self.text(number).is_name = true;
        self.cache.name_numbers.insert(address, number);
        number
    }

    fn text(&mut self, number: u32) -> &mut Text<'a> {
        &mut self.cache.texts[number as usize]
    }

    /// The string object that the compiler's cache has for a text.
    fn constant_string(&mut self, number: u32) -> ObjectId {
        let &mut Text { text, constant, .. } = self.text(number);
        if let Some(id) = constant {
            return id;
        }
        let body = Body::Str(text);
        let id = if exists_once(text) { self.heap.add_immortal(body) } else { self.heap.add(body) };
        // The module `os`, which no process goes without, has `*` as a name.
        self.heap.objects[id.index()].interned = self.is_static_interned(text) || text.0 == b"*";
        self.text(number).constant = Some(id);
        id
    }

    /// Whether the one object with this text was interned before all else.
    fn is_static_interned(&self, text: PyStr<'_>) -> bool {
        self.features.static_strings_interned && exists_once(text)
    }

    /// Whether the process had a string of this text interned before it compiled anything.
    fn is_interned_at_start(&self, text: PyStr<'_>) -> bool {
        has_line(self.features.interned_at_start, text.0)
    }

    fn interned(&mut self, number: u32) -> ObjectId {
        let &mut Text { text, interned, .. } = self.text(number);
        if let Some(id) = interned {
            return id;
        }
        let id =
            if exists_once(text) { self.constant_string(number) } else { self.heap.add(Body::Str(text)) };
        self.heap.objects[id.index()].interned = true;
        self.text(number).interned = Some(id);
        id
    }

    fn filename(&mut self, text: PyStr<'a>) -> ObjectId {
        match self.filename {
            Some((known, id)) if known == text => id,
            _ => {
                let id = if self.features.code_names_interned {
                    let number = self.text_number(text);
                    self.interned(number)
                } else {
                    self.heap.add_immortal(Body::Str(text))
                };
                self.filename = Some((text, id));
                id
            }
        }
    }

    /// A qualified name that is not the name; `is_loaded` says that the class's body has this very
    /// object as a constant.
    fn qualname(&mut self, text: PyStr<'a>, is_loaded: bool) -> ObjectId {
        let interns = self.features.code_names_interned;
        if !interns && !is_loaded {
            return self.heap.add(Body::Str(text));
        }
        let number = self.text_number(text);
        if !interns {
            return self.constant_string(number);
        }
        if is_loaded && self.text(number).interned.is_none() && !self.is_interned_at_start(text) {
            let constant = self.constant_string(number);
            self.heap.objects[constant.index()].interned = true;
            self.text(number).interned = Some(constant);
        }
        self.interned(number)
    }

    fn code_name(&mut self, text: PyStr<'a>) -> ObjectId {
        if let Some(number) = COMPILER_NAMES.iter().position(|&name| name == text.0) {
            return *self.compiler_names[number].get_or_insert_with(|| {
                let id = self.heap.add_immortal(Body::Str(text));
                self.heap.objects[id.index()].interned = self.features.static_strings_interned;
                id
            });
        }
        let interns = self.features.code_names_interned;
        if !interns && text.0.starts_with(b"<generic parameters of ") {
            return self.heap.add(Body::Str(text));
        }
        let number = self.text_number(text);
        self.text(number).is_name = true;
        self.interned(number)
    }

    /// Makes equal frozensets one object where no string in them was replaced by an interned one.
    fn share_frozensets(&mut self) {
        if self.cache.frozensets.iter().all(|frozenset| frozenset.objects.len() < 2) {
            return;
        }
        let mut replacements = FxHashMap::default();
        for frozenset in &self.cache.frozensets {
            if let [first, others @ ..] = &frozenset.objects[..]
                && !frozenset.items.iter().any(|&item| self.is_replaced(item))
            {
                replacements.extend(others.iter().map(|&other| (other, *first)));
            }
        }
        for slot in 0..self.heap.slots.len() {
            if let Some(&first) = replacements.get(&self.heap.slots[slot]) {
                self.heap.replace_slot(slot, first);
            }
        }
        replacements.keys().for_each(|&other| self.heap.clear_slots(other));
    }

    /// Whether a constant's string is replaced when it is interned, for another object of its text
    /// had been interned before: by the parser, which interns every name of the module, or at the
    /// start of the process.
    fn is_replaced(&self, key: Key) -> bool {
        match key {
            Key::Text(number) => {
                let Text { text, is_name, is_identifier_like, .. } = self.cache.texts[number as usize];
                if self.is_static_interned(text) {
                    return false;
                }
                self.is_interned_at_start(text) || (is_name && is_identifier_like && !exists_once(text))
            }
            Key::FrozenSet(_) | Key::Object(_) => false,
        }
    }
}

/// Whether one of the lines of `text` is `line`. They are sorted, and all end in a newline.
fn has_line(text: &str, line: &[u8]) -> bool {
    let mut lines = text.as_bytes();
    while !lines.is_empty() {
        let (before, behind) = lines.split_at(lines.len() / 2);
        let start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let end = before.len() + memchr::memchr(b'\n', behind).expect("the last line has one too");
        match lines[start..end].cmp(line) {
            Ordering::Less => lines = &lines[end + 1..],
            Ordering::Equal => return true,
            Ordering::Greater => lines = &lines[..start],
        }
    }
    false
}

/// CPython: `Objects/codeobject.c` `all_name_chars` (3.8–)
fn all_name_chars(text: PyStr<'_>) -> bool {
    text.0.iter().all(|&byte| IS_NAME_CHAR[usize::from(byte)])
}

/// For each byte whether it is one of `[a-zA-Z0-9_]`.
static IS_NAME_CHAR: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets::Target;

    #[test]
    fn every_interned_string_is_found_and_no_other() {
        for target in ["3.12", "3.13.0", "3.13", "3.14", "3.15"] {
            let target: Target = target.parse().expect("supported");
            let text = target.features().marshal.interned_at_start;
            for line in text.lines() {
                assert!(has_line(text, line.as_bytes()), "{line}");
                let longer = format!("{line} ");
                assert!(!has_line(text, longer.as_bytes()), "{longer}");
            }
            assert!(!has_line(text, b"") && !has_line(text, b"\xff"));
        }
        assert!(!has_line("", b"a"));
    }
}
