//! Writing: from the objects of a compilation to marshal's bytes.

use std::fmt;

use rustc_hash::FxHashMap;

use super::refs::{Body, Heap, ObjectId, Slots};
use super::{FLAG_REF, MAX_DEPTH, kind};
use crate::code::identity::float_bits;
use crate::code::{CodeObject, Int};
use crate::targets::{CodeLayout, Target};

/// Why a code object cannot be written; CPython fails likewise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteError {
    TooDeep,
    TooLarge,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            WriteError::TooDeep => "object too deeply nested to marshal",
            WriteError::TooLarge => "unmarshallable object: it is larger than 2 GiB",
        })
    }
}

impl std::error::Error for WriteError {}

/// Appends `code` as the target's `marshal.dumps` writes it in the process that compiled it.
///
/// CPython: `Python/marshal.c` `PyMarshal_WriteObjectToString` (3.12)
pub fn write(code: &CodeObject<'_>, target: Target, out: &mut Vec<u8>) -> Result<(), WriteError> {
    let features = &target.features().marshal;
    let heap = Heap::new(code, features);
    let refs = Refs::of_all(&heap);
    let sorts_as_shared = features.frozensets_sorted_as_shared;
    let layout = features.code_layout;
    let mut writer = Writer { heap: &heap, refs, depth: 0, sorts_as_shared, layout };
    stacker::maybe_grow(STACK_SIZE, STACK_SIZE, || {
        writer.object(heap.root(), heap.object(heap.root()).is_shared(), out)
    })
}

/// What objects nested [`MAX_DEPTH`] deep need of the stack.
const STACK_SIZE: usize = if cfg!(debug_assertions) { 16 << 20 } else { 2 << 20 };

/// The numbers of the objects written with `FLAG_REF`.
enum Refs {
    /// By object, for a whole heap.
    Table { numbers: Vec<Option<u32>>, count: u32 },
    /// For a dump of few objects.
    Map(FxHashMap<ObjectId, u32>),
}

impl Refs {
    fn of_all(heap: &Heap<'_>) -> Refs {
        Refs::Table { numbers: vec![None; heap.len()], count: 0 }
    }

    /// The number under which the object is known, or `None` and it has one from now on.
    fn find_or_add(&mut self, id: ObjectId) -> Option<u32> {
        match self {
            Refs::Table { numbers, count } => {
                let number = &mut numbers[id.index()];
                if number.is_none() {
                    *number = Some(*count);
                    *count += 1;
                    return None;
                }
                *number
            }
            Refs::Map(numbers) => {
                let next = numbers.len() as u32;
                let mut known = true;
                let number = *numbers.entry(id).or_insert_with(|| {
                    known = false;
                    next
                });
                known.then_some(number)
            }
        }
    }
}

struct Writer<'h, 'a> {
    heap: &'h Heap<'a>,
    refs: Refs,
    depth: usize,
    /// Whether the elements of frozensets are shared while the writer looks for their order.
    sorts_as_shared: bool,
    layout: CodeLayout,
}

impl Writer<'_, '_> {
    /// Writes an object; `shared` says whether its reference count is above 1 at this moment.
    ///
    /// CPython: `Python/marshal.c` `w_object`, `w_ref` (3.12)
    #[inline]
    fn object(&mut self, id: ObjectId, shared: bool, out: &mut Vec<u8>) -> Result<(), WriteError> {
        if self.depth == MAX_DEPTH {
            return Err(WriteError::TooDeep);
        }
        let singleton = match self.heap.object(id).body {
            Body::None => kind::NONE,
            Body::False => kind::FALSE,
            Body::True => kind::TRUE,
            Body::Ellipsis => kind::ELLIPSIS,
            _ => return self.numbered_object(id, shared, out),
        };
        out.push(singleton);
        Ok(())
    }

    fn numbered_object(&mut self, id: ObjectId, shared: bool, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let mut flag = 0;
        if shared {
            if let Some(number) = self.refs.find_or_add(id) {
                let [a, b, c, d] = number.to_le_bytes();
                out.extend_from_slice(&[kind::REF, a, b, c, d]);
                return Ok(());
            }
            flag = FLAG_REF;
        }
        self.depth += 1;
        let result = self.body(id, flag, out);
        self.depth -= 1;
        result
    }

    /// CPython: `Python/marshal.c` `w_complex_object` (3.12)
    fn body(&mut self, id: ObjectId, flag: u8, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let heap = self.heap;
        let object = heap.object(id);
        match object.body {
            Body::None | Body::False | Body::True | Body::Ellipsis => {
                unreachable!("written by `object`, without a number")
            }
            Body::Int(int) => write_int(int, flag, out)?,
            Body::Float(value) => {
                out.push(kind::BINARY_FLOAT | flag);
                out.extend(float_bits(value).to_le_bytes());
            }
            Body::Complex { real, imag } => {
                out.push(kind::BINARY_COMPLEX | flag);
                out.extend(float_bits(real).to_le_bytes());
                out.extend(float_bits(imag).to_le_bytes());
            }
            Body::Str(text) => write_string(text.0, object.interned, flag, out)?,
            Body::Bytes(bytes) => {
                out.push(kind::BYTES | flag);
                write_len(bytes.len(), out)?;
                out.extend_from_slice(bytes);
            }
            Body::Kinds(slots) => {
                out.push(kind::BYTES | flag);
                write_len(slots.len(), out)?;
                out.extend(slots.iter().map(|slot| slot.kind.0));
            }
            Body::Tuple(slots) => self.tuple(slots, flag, out)?,
            Body::FrozenSet(slots) => self.frozenset(slots, flag, out)?,
            Body::Slice(slots) => {
                out.push(kind::SLICE | flag);
                self.heap.slots(slots).iter().try_for_each(|&part| self.held(part, out))?;
            }
            Body::Code(code, slots) => self.code(code, slots, flag, out)?,
        }
        Ok(())
    }

    fn held(&mut self, id: ObjectId, out: &mut Vec<u8>) -> Result<(), WriteError> {
        self.object(id, self.heap.object(id).is_shared(), out)
    }

    fn tuple(&mut self, slots: Slots, flag: u8, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let items = self.heap.slots(slots);
        match u8::try_from(items.len()) {
            Ok(len) => out.extend([kind::SMALL_TUPLE | flag, len]),
            Err(_) => {
                out.push(kind::TUPLE | flag);
                write_len(items.len(), out)?;
            }
        }
        items.iter().try_for_each(|&item| self.held(item, out))
    }

    /// Elements stand in the order of what marshal would write of each alone. While they are
    /// written, the sorted list holds them too: all are shared.
    fn frozenset(&mut self, slots: Slots, flag: u8, out: &mut Vec<u8>) -> Result<(), WriteError> {
        let items = self.heap.slots(slots);
        out.push(kind::FROZENSET | flag);
        write_len(items.len(), out)?;
        let mut dumps = Vec::with_capacity(items.len());
        for &item in items {
            let mut dump = Vec::new();
            let refs = Refs::Map(FxHashMap::default());
            let mut writer = Writer { refs, depth: 0, ..*self };
            let shared = self.sorts_as_shared || self.heap.object(item).is_shared();
            writer.object(item, shared, &mut dump)?;
            dumps.push((dump, item));
        }
        dumps.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        dumps.iter().try_for_each(|&(_, item)| self.object(item, true, out))
    }

    fn code(
        &mut self,
        code: &CodeObject<'_>,
        slots: Slots,
        flag: u8,
        out: &mut Vec<u8>,
    ) -> Result<(), WriteError> {
        out.push(kind::CODE | flag);
        let arguments = [code.argcount, code.posonlyargcount, code.kwonlyargcount];
        out.extend_from_slice(arguments.map(u32::to_le_bytes).as_flattened());
        let tables = match self.layout {
            CodeLayout::Variables => {
                let locals = code.localsplus.iter().filter(|slot| slot.kind.is_local()).count() as u32;
                out.extend(locals.to_le_bytes());
                1
            }
            CodeLayout::LocalsPlus => 2,
        };
        out.extend_from_slice([code.stacksize, code.flags.0].map(u32::to_le_bytes).as_flattened());
        let slots = self.heap.slots(slots);
        let (fields, tables) = slots.split_at(slots.len() - tables);
        fields.iter().try_for_each(|&field| self.held(field, out))?;
        out.extend(code.firstlineno.to_le_bytes());
        tables.iter().try_for_each(|&table| self.held(table, out))
    }
}

/// CPython: `Python/marshal.c` `W_SIZE` (3.8–)
fn write_len(len: usize, out: &mut Vec<u8>) -> Result<(), WriteError> {
    let len = i32::try_from(len).map_err(|_| WriteError::TooLarge)?;
    out.extend(len.to_le_bytes());
    Ok(())
}

fn write_string(text: &[u8], interned: bool, flag: u8, out: &mut Vec<u8>) -> Result<(), WriteError> {
    let choose = |if_interned, otherwise| if interned { if_interned } else { otherwise };
    match u8::try_from(text.len()) {
        _ if !text.is_ascii() => {
            out.push(choose(kind::INTERNED, kind::UNICODE) | flag);
            write_len(text.len(), out)?;
        }
        Ok(len) => out.extend([choose(kind::SHORT_ASCII_INTERNED, kind::SHORT_ASCII) | flag, len]),
        Err(_) => {
            out.push(choose(kind::ASCII_INTERNED, kind::ASCII) | flag);
            write_len(text.len(), out)?;
        }
    }
    out.extend_from_slice(text);
    Ok(())
}

fn write_int(int: Int<'_>, flag: u8, out: &mut Vec<u8>) -> Result<(), WriteError> {
    match int {
        Int::Small(value) => match i32::try_from(value) {
            Ok(value) => {
                out.push(kind::INT | flag);
                out.extend(value.to_le_bytes());
                Ok(())
            }
            Err(_) => {
                let magnitude = value.unsigned_abs();
                write_long(value < 0, &[magnitude as u32, (magnitude >> 32) as u32], flag, out)
            }
        },
        Int::Big { negative, magnitude } => write_long(negative, magnitude, flag, out),
    }
}

/// Fifteen bits a digit, the least significant first; the sign is that of the number of digits.
///
/// CPython: `Python/marshal.c` `w_PyLong` (3.8–)
fn write_long(negative: bool, magnitude: &[u32], flag: u8, out: &mut Vec<u8>) -> Result<(), WriteError> {
    out.push(kind::LONG | flag);
    let len_at = out.len();
    out.extend([0; 4]);
    let (mut bits, mut width) = (0u64, 0);
    for &word in magnitude {
        bits |= u64::from(word) << width;
        width += 32;
        while width >= 15 {
            out.extend((bits as u16 & 0x7FFF).to_le_bytes());
            bits >>= 15;
            width -= 15;
        }
    }
    out.extend((bits as u16).to_le_bytes());
    let digits_at = len_at + 4;
    while out.len() > digits_at && out.ends_with(&[0, 0]) {
        out.truncate(out.len() - 2);
    }
    let digits = i32::try_from((out.len() - digits_at) / 2).map_err(|_| WriteError::TooLarge)?;
    let signed = if negative { -digits } else { digits };
    out[len_at..digits_at].copy_from_slice(&signed.to_le_bytes());
    Ok(())
}
