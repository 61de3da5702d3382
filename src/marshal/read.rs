//! Reading: from marshal's bytes to a code object that borrows its texts and bytes from them.
//!
//! The input may be damaged or hostile. Every length is checked against the bytes that are left
//! before anything is allocated, nesting is limited, and so is what a walk over the result can
//! meet: shared tuples of shared tuples could otherwise stand for more objects than any memory
//! holds.

use std::fmt;

use bumpalo::Bump;

use super::{FLAG_REF, MAX_DEPTH, kind};
use crate::code::identity::number_nan;
use crate::code::{CodeFlags, CodeObject, Constant, Int, LocalKind, LocalPlus, Origin, PyStr};
use crate::targets::{CodeLayout, LineTable, Target};

/// The most objects that the result of a short input may have when shared ones count each time; see
/// [`Reader::limit`].
const MIN_LIMIT: u64 = 1 << 22;

/// Why bytes are not a marshalled code object, and where that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadError {
    /// Counted from the start of the marshalled data.
    pub offset: usize,
    /// What is wrong.
    pub kind: ReadErrorKind,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.kind, self.offset)
    }
}

impl std::error::Error for ReadError {}

/// What is wrong with marshalled bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The data ends too early.
    UnexpectedEnd,
    /// Bytes follow the code object.
    TrailingBytes,
    /// A type byte that marshal does not have.
    UnknownType(u8),
    /// A negative length or number.
    Negative,
    /// A reference to an object that does not exist or is not finished.
    BadReference,
    /// A string that is not valid in its encoding.
    BadString,
    /// An integer whose digits are not normalised.
    BadInteger,
    /// Something else than what is named.
    Unexpected(&'static str),
    /// `co_localspluskinds` has another length than `co_localsplusnames`.
    LocalsMismatch,
    /// Objects are nested more deeply than CPython reads.
    TooDeep,
    /// The code object has more parts than the length of the bytes explains.
    TooLarge,
}

impl fmt::Display for ReadErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReadErrorKind::UnexpectedEnd => "the data ends too early",
            ReadErrorKind::TrailingBytes => "bytes follow the code object",
            ReadErrorKind::UnknownType(byte) => return write!(f, "unknown type byte {byte:#04x}"),
            ReadErrorKind::Negative => "a negative length or number",
            ReadErrorKind::BadReference => "a reference to an object that does not exist or is not finished",
            ReadErrorKind::BadString => "a string that is not valid in its encoding",
            ReadErrorKind::BadInteger => "an integer whose digits are not normalised",
            ReadErrorKind::Unexpected(wanted) => return write!(f, "expected {wanted}"),
            ReadErrorKind::LocalsMismatch => {
                "`co_localspluskinds` has another length than `co_localsplusnames`"
            }
            ReadErrorKind::TooDeep => return write!(f, "objects are nested more than {MAX_DEPTH} deep"),
            ReadErrorKind::TooLarge => "the code object has too many parts",
        })
    }
}

/// Reads the code object that is all of `bytes`: a pyc of the target without its header.
///
/// CPython: `Python/marshal.c` `r_object` (3.8–)
pub fn read<'a>(arena: &'a Bump, bytes: &'a [u8], target: Target) -> Result<&'a CodeObject<'a>, ReadError> {
    let features = target.features();
    let mut reader = Reader {
        arena,
        bytes,
        layout: features.marshal.code_layout,
        line_table: features.assembly.line_table,
        offset: 0,
        refs: Vec::new(),
        depth: 0,
        names: 0,
        nans: 0,
    };
    let code = reader.constant("a code object", |value| match value {
        Constant::Code(code) => Some(code),
        _ => None,
    })?;
    if reader.offset < bytes.len() {
        return Err(reader.error(ReadErrorKind::TrailingBytes));
    }
    Ok(code.value)
}

/// An object, and how many it is when each object within counts as often as it is reached.
#[derive(Clone, Copy)]
struct Counted<T> {
    value: T,
    objects: u64,
}

struct Reader<'a> {
    arena: &'a Bump,
    bytes: &'a [u8],
    layout: CodeLayout,
    line_table: LineTable,
    offset: usize,
    /// The objects with `FLAG_REF` in the order of their type bytes; `None` while one is being
    /// read.
    refs: Vec<Option<Counted<Constant<'a>>>>,
    depth: usize,
    /// How many names the code objects read so far have.
    names: u64,
    nans: u32,
}

impl<'a> Reader<'a> {
    /// The most objects that the result may have when shared ones count each time.
    fn limit(&self) -> u64 {
        MIN_LIMIT.max(self.bytes.len() as u64 * 16)
    }

    #[cold]
    fn error(&self, kind: ReadErrorKind) -> ReadError {
        ReadError { offset: self.offset, kind }
    }

    #[cold]
    fn error_at(offset: usize, kind: ReadErrorKind) -> ReadError {
        ReadError { offset, kind }
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], ReadError> {
        match self.bytes[self.offset..].get(..len) {
            Some(taken) => {
                self.offset += len;
                Ok(taken)
            }
            None => Err(self.error(ReadErrorKind::UnexpectedEnd)),
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let bytes = self.take(N)?;
        Ok(bytes.try_into().expect("`take` gives as many bytes as asked for"))
    }

    fn byte(&mut self) -> Result<u8, ReadError> {
        self.array().map(|[byte]| byte)
    }

    fn i32(&mut self) -> Result<i32, ReadError> {
        self.array().map(i32::from_le_bytes)
    }

    /// A float; every NaN is one of its own.
    fn float(&mut self) -> Result<f64, ReadError> {
        let value = self.array().map(f64::from_le_bytes)?;
        if !value.is_nan() {
            return Ok(value);
        }
        self.nans += 1;
        Ok(number_nan(value, self.nans))
    }

    fn u32(&mut self) -> Result<u32, ReadError> {
        let offset = self.offset;
        u32::try_from(self.i32()?).map_err(|_| Self::error_at(offset, ReadErrorKind::Negative))
    }

    fn long_bytes(&mut self) -> Result<&'a [u8], ReadError> {
        let len = self.u32()?;
        self.take(len as usize)
    }

    fn short_bytes(&mut self) -> Result<&'a [u8], ReadError> {
        let len = self.byte()?;
        self.take(usize::from(len))
    }

    /// One object of any type.
    fn object(&mut self) -> Result<Counted<Constant<'a>>, ReadError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(ReadErrorKind::TooDeep));
        }
        self.depth += 1;
        let object = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.object_within_depth());
        self.depth -= 1;
        object
    }

    fn object_within_depth(&mut self) -> Result<Counted<Constant<'a>>, ReadError> {
        let start = self.offset;
        let type_byte = self.byte()?;
        let number = (type_byte & FLAG_REF != 0).then(|| {
            self.refs.push(None);
            self.refs.len() - 1
        });
        let object = match type_byte & !FLAG_REF {
            kind::REF => return self.reference(start),
            kind::SMALL_TUPLE => {
                let len = self.byte()?;
                self.tuple(usize::from(len))?
            }
            kind::TUPLE => {
                let len = self.u32()?;
                self.tuple(len as usize)?
            }
            kind::FROZENSET => {
                let len = self.u32()?;
                let items = self.items(len as usize)?;
                Counted { value: Constant::FrozenSet(items.value), objects: items.objects }
            }
            kind::SLICE => {
                let parts = [self.object()?, self.object()?, self.object()?];
                let objects = 1 + parts.iter().map(|part| part.objects).sum::<u64>();
                Counted { value: Constant::Slice(self.arena.alloc(parts.map(|part| part.value))), objects }
            }
            kind::CODE => self.code()?,
            scalar => Counted { value: self.scalar(start, scalar)?, objects: 1 },
        };
        if object.objects > self.limit() {
            return Err(Self::error_at(start, ReadErrorKind::TooLarge));
        }
        if let Some(number) = number {
            self.refs[number] = Some(object);
        }
        Ok(object)
    }

    fn scalar(&mut self, start: usize, type_byte: u8) -> Result<Constant<'a>, ReadError> {
        Ok(match type_byte {
            kind::NONE => Constant::None,
            kind::FALSE => Constant::False,
            kind::TRUE => Constant::True,
            kind::ELLIPSIS => Constant::Ellipsis,
            kind::INT => Constant::Int(Int::Small(self.i32()?.into())),
            kind::LONG => Constant::Int(self.long()?),
            kind::BINARY_FLOAT => Constant::Float(self.float()?),
            kind::BINARY_COMPLEX => Constant::Complex { real: self.float()?, imag: self.float()? },
            kind::BYTES => Constant::Bytes(self.long_bytes()?),
            kind::SHORT_ASCII | kind::SHORT_ASCII_INTERNED => {
                let text = self.short_bytes()?;
                self.string(start, text, <[u8]>::is_ascii)?
            }
            kind::ASCII | kind::ASCII_INTERNED => {
                let text = self.long_bytes()?;
                self.string(start, text, <[u8]>::is_ascii)?
            }
            kind::UNICODE => {
                let text = self.long_bytes()?;
                self.string(start, text, is_utf8_with_surrogates)?
            }
            kind::INTERNED => {
                let text = self.long_bytes()?;
                match self.string(start, text, is_utf8_with_surrogates)? {
                    Constant::Str(text) => Constant::Name(text),
                    other => other,
                }
            }
            unknown => return Err(Self::error_at(start, ReadErrorKind::UnknownType(unknown))),
        })
    }

    fn string(
        &self,
        start: usize,
        text: &'a [u8],
        is_valid: fn(&[u8]) -> bool,
    ) -> Result<Constant<'a>, ReadError> {
        if is_valid(text) {
            Ok(Constant::Str(PyStr(text)))
        } else {
            Err(Self::error_at(start, ReadErrorKind::BadString))
        }
    }

    fn reference(&mut self, start: usize) -> Result<Counted<Constant<'a>>, ReadError> {
        let number = self.u32()?;
        let object = self.refs.get(number as usize).copied().flatten();
        object.ok_or(Self::error_at(start, ReadErrorKind::BadReference))
    }

    /// CPython: `Python/marshal.c` `r_PyLong` (3.8–)
    fn long(&mut self) -> Result<Int<'a>, ReadError> {
        let start = self.offset;
        let signed_len = self.i32()?;
        let bytes = self.take((signed_len.unsigned_abs() as usize).saturating_mul(2))?;
        let malformed = Err(Self::error_at(start, ReadErrorKind::BadInteger));
        // Fifteen bits a digit, the least significant first.
        let mut magnitude = Vec::with_capacity(bytes.len() / 4 + 1);
        let (mut bits, mut width) = (0u64, 0);
        let mut last = None;
        for pair in bytes.chunks_exact(2) {
            let digit = u16::from_le_bytes([pair[0], pair[1]]);
            if digit >= 1 << 15 {
                return malformed;
            }
            bits |= u64::from(digit) << width;
            width += 15;
            if width >= 32 {
                magnitude.push(bits as u32);
                bits >>= 32;
                width -= 32;
            }
            last = Some(digit);
        }
        if last == Some(0) {
            return malformed;
        }
        magnitude.push(bits as u32);
        while magnitude.last() == Some(&0) {
            magnitude.pop();
        }
        Ok(self.int(signed_len < 0, &magnitude))
    }

    fn int(&self, negative: bool, magnitude: &[u32]) -> Int<'a> {
        let small = match magnitude {
            [] => Some(0),
            &[low] => Some(i128::from(low)),
            &[low, high] => Some(i128::from(low) | i128::from(high) << 32),
            _ => None,
        };
        let signed = small.map(|value| if negative { -value } else { value });
        match signed.and_then(|value| i64::try_from(value).ok()) {
            Some(value) => Int::Small(value),
            None => Int::Big { negative, magnitude: self.arena.alloc_slice_copy(magnitude) },
        }
    }

    fn tuple(&mut self, len: usize) -> Result<Counted<Constant<'a>>, ReadError> {
        let items = self.items(len)?;
        Ok(Counted { value: Constant::Tuple(items.value), objects: items.objects })
    }

    fn items(&mut self, len: usize) -> Result<Counted<&'a [Constant<'a>]>, ReadError> {
        // Every object takes a byte at least.
        if len > self.bytes.len() - self.offset {
            return Err(self.error(ReadErrorKind::UnexpectedEnd));
        }
        let mut items = Vec::with_capacity(len.min(1024));
        let mut objects = 1;
        for _ in 0..len {
            let item = self.object()?;
            items.push(item.value);
            objects += item.objects;
        }
        Ok(Counted { value: self.arena.alloc_slice_copy(&items), objects })
    }

    /// The next object, which must be what `select` looks for.
    fn constant<T>(
        &mut self,
        expected: &'static str,
        select: impl FnOnce(Constant<'a>) -> Option<T>,
    ) -> Result<Counted<T>, ReadError> {
        let start = self.offset;
        let Counted { value, objects } = self.object()?;
        match select(value) {
            Some(value) => Ok(Counted { value, objects }),
            None => Err(Self::error_at(start, ReadErrorKind::Unexpected(expected))),
        }
    }

    fn bytes_object(&mut self) -> Result<&'a [u8], ReadError> {
        let bytes = self.constant("a bytes object", |value| match value {
            Constant::Bytes(bytes) => Some(bytes),
            _ => None,
        })?;
        Ok(bytes.value)
    }

    fn string_object(&mut self) -> Result<PyStr<'a>, ReadError> {
        Ok(self.constant("a string", as_string)?.value)
    }

    fn tuple_object(&mut self) -> Result<Counted<&'a [Constant<'a>]>, ReadError> {
        self.constant("a tuple", |value| match value {
            Constant::Tuple(items) => Some(items),
            _ => None,
        })
    }

    /// A tuple of strings.
    fn names(&mut self) -> Result<&'a [PyStr<'a>], ReadError> {
        let start = self.offset;
        let items = self.tuple_object()?.value;
        // Code objects may share the tuple, but each has its own copy of the names.
        self.names += items.len() as u64;
        if self.names > self.limit() {
            return Err(Self::error_at(start, ReadErrorKind::TooLarge));
        }
        match items.iter().map(|&item| as_string(item)).collect::<Option<Vec<_>>>() {
            Some(names) => Ok(self.arena.alloc_slice_copy(&names)),
            None => Err(Self::error_at(start, ReadErrorKind::Unexpected("a tuple of strings"))),
        }
    }

    /// The fields of a code object, in their order in the data.
    fn code(&mut self) -> Result<Counted<Constant<'a>>, ReadError> {
        let argcount = self.u32()?;
        let posonlyargcount = self.u32()?;
        let kwonlyargcount = self.u32()?;
        if self.layout == CodeLayout::Variables {
            // How many local variables there are, the tuple of their names says again.
            self.u32()?;
        }
        let stacksize = self.u32()?;
        let flags = CodeFlags(self.u32()?);
        let code = self.bytes_object()?;
        let consts = self.tuple_object()?;
        let names = self.names()?;
        let localsplus = match self.layout {
            CodeLayout::Variables => self.variables()?,
            CodeLayout::LocalsPlus => self.localsplus()?,
        };
        let (filename, name) = (self.string_object()?, self.string_object()?);
        let qualname = match self.layout {
            CodeLayout::Variables => name,
            CodeLayout::LocalsPlus => self.string_object()?,
        };
        let code = CodeObject {
            argcount,
            posonlyargcount,
            kwonlyargcount,
            stacksize,
            flags,
            code,
            consts: consts.value,
            names,
            localsplus,
            filename,
            name,
            qualname,
            firstlineno: self.i32()?,
            linetable: self.bytes_object()?,
            exceptiontable: match self.layout {
                CodeLayout::Variables => &[],
                CodeLayout::LocalsPlus => self.bytes_object()?,
            },
            line_table: self.line_table,
            origin: loads_its_qualname(consts.value, qualname).then_some(Origin::ClassBody),
        };
        let objects = consts.objects + names.len() as u64 + localsplus.len() as u64 + 10;
        Ok(Counted { value: Constant::Code(self.arena.alloc(code)), objects })
    }

    /// Local variables, free variables and cells, in the order of the frame.
    fn variables(&mut self) -> Result<&'a [LocalPlus<'a>], ReadError> {
        let [locals, frees, cells] = [self.names()?, self.names()?, self.names()?];
        let kinds = [(locals, LocalKind::LOCAL), (cells, LocalKind::CELL), (frees, LocalKind::FREE)];
        let slots = kinds.into_iter().flat_map(|(names, kind)| names.iter().map(move |&name| (name, kind)));
        let slots: Vec<_> = slots.map(|(name, kind)| LocalPlus { name, kind: LocalKind(kind) }).collect();
        Ok(self.arena.alloc_slice_copy(&slots))
    }

    fn localsplus(&mut self) -> Result<&'a [LocalPlus<'a>], ReadError> {
        let names = self.names()?;
        let start = self.offset;
        let kinds = self.bytes_object()?;
        if names.len() != kinds.len() {
            return Err(Self::error_at(start, ReadErrorKind::LocalsMismatch));
        }
        let slots = names.iter().zip(kinds).map(|(&name, &kind)| LocalPlus { name, kind: LocalKind(kind) });
        Ok(self.arena.alloc_slice_fill_iter(slots))
    }
}

/// Whether the first constant is the very object that is the qualified name, as in the body of a
/// class.
fn loads_its_qualname(consts: &[Constant<'_>], qualname: PyStr<'_>) -> bool {
    matches!(consts.first(), Some(Constant::Str(text)) if std::ptr::eq(text.0, qualname.0))
}

fn as_string(value: Constant<'_>) -> Option<PyStr<'_>> {
    match value {
        Constant::Str(text) | Constant::Name(text) => Some(text),
        _ => None,
    }
}

/// Whether `bytes` is UTF-8, surrogates (each as the three bytes UTF-8 would give its number)
/// allowed.
fn is_utf8_with_surrogates(mut bytes: &[u8]) -> bool {
    while let Err(error) = std::str::from_utf8(bytes) {
        match bytes[error.valid_up_to()..] {
            [0xED, 0xA0..=0xBF, 0x80..=0xBF, ref rest @ ..] => bytes = rest,
            _ => return false,
        }
    }
    true
}
