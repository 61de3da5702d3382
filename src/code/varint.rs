//! The numbers of variable length in location tables and exception tables: six bits a byte, and bit
//! 6 where more follow.

/// Reads numbers from the start of a table.
#[derive(Clone, Debug)]
pub(super) struct Varints<'t> {
    table: &'t [u8],
}

impl<'t> Varints<'t> {
    pub(super) fn new(table: &'t [u8]) -> Self {
        Varints { table }
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.table.split_first()?;
        self.table = rest;
        Some(first)
    }

    /// The least significant bits first. Bits beyond 32 are lost.
    pub(super) fn little_endian(&mut self) -> Option<u32> {
        let (mut value, mut shift) = (0u32, 0u32);
        loop {
            let byte = self.byte()?;
            value |= u32::from(byte & 63).checked_shl(shift).unwrap_or(0);
            if byte & 64 == 0 {
                return Some(value);
            }
            shift = shift.saturating_add(6);
        }
    }

    /// The same, the sign in the lowest bit.
    pub(super) fn signed(&mut self) -> Option<i32> {
        let value = self.little_endian()?;
        let magnitude = (value >> 1).cast_signed();
        Some(if value & 1 == 0 { magnitude } else { -magnitude })
    }

    /// The most significant bits first. Bits beyond 32 are lost.
    pub(super) fn big_endian(&mut self) -> Option<u32> {
        let mut value = 0u32;
        loop {
            let byte = self.byte()?;
            value = value << 6 | u32::from(byte & 63);
            if byte & 64 == 0 {
                return Some(value);
            }
        }
    }
}
