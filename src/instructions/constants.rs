//! The table of constants of a code object in the making.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use crate::code::Constant;
use crate::names::LINEAR_SEARCH;

/// `co_consts` in the making: an ordered set of constants.
#[derive(Clone, Debug, Default)]
pub struct Constants<'a> {
    values: Vec<Constant<'a>>,
    /// The fingerprint of each value, while they are searched linearly.
    fingerprints: SmallVec<[u32; LINEAR_SEARCH]>,
    /// In the meantime, for each [`slot`] one more than the index of the last value with it; 0 if
    /// none has it.
    near: [u8; LINEAR_SEARCH],
    /// Empty while `values` is searched linearly.
    index: FxHashMap<Constant<'a>, u32>,
}

impl<'a> Constants<'a> {
    /// The index of `value`, which is added at the end if the set does not have it yet.
    pub fn add(&mut self, value: Constant<'a>) -> u32 {
        let fingerprint = value.fingerprint();
        if let Some(index) = self.get(value, fingerprint) {
            return index;
        }
        let index = self.values.len() as u32;
        self.values.push(value);
        if self.values.len() <= LINEAR_SEARCH {
            self.fingerprints.push(fingerprint);
            self.near[slot(fingerprint)] = self.values.len() as u8;
        } else if self.values.len() == LINEAR_SEARCH + 1 {
            self.index.reserve(8 * LINEAR_SEARCH);
            self.index.extend(self.values.iter().copied().zip(0..));
        } else {
            self.index.insert(value, index);
        }
        index
    }

    fn get(&self, value: Constant<'a>, fingerprint: u32) -> Option<u32> {
        if self.values.len() > LINEAR_SEARCH {
            return self.index.get(&value).copied();
        }
        let near = usize::from(self.near[slot(fingerprint)]).checked_sub(1)?;
        let is_same = |at: usize| self.fingerprints[at] == fingerprint && self.values[at] == value;
        if is_same(near) {
            return Some(near as u32);
        }
        (0..self.fingerprints.len()).position(is_same).map(|at| at as u32)
    }

    pub fn values(&self) -> &[Constant<'a>] {
        &self.values
    }

    /// Keeps the constants for whose index `is_kept` is true. None can be added after that.
    pub fn retain(&mut self, is_kept: impl Fn(usize) -> bool) {
        let mut index = 0;
        self.values.retain(|_| {
            index += 1;
            is_kept(index - 1)
        });
    }

    /// Forgets all constants but the first `len`.
    pub(super) fn truncate(&mut self, len: usize) {
        if len < self.values.len() {
            let values = std::mem::take(&mut self.values);
            self.clear();
            values[..len].iter().for_each(|&value| _ = self.add(value));
        }
    }

    /// Adds a constant at the end, even if the table has it. None can be added by [`Self::add`] after
    /// that.
    pub fn push(&mut self, value: Constant<'a>) -> u32 {
        self.values.push(value);
        self.values.len() as u32 - 1
    }

    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.fingerprints.clear();
        self.near = [0; LINEAR_SEARCH];
        self.index.clear();
    }
}

/// Of a constant with this fingerprint, the index in [`Constants::near`].
fn slot(fingerprint: u32) -> usize {
    (fingerprint.wrapping_mul(0x9E37_79B1) >> 16) as usize % LINEAR_SEARCH
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Int;

    #[test]
    fn tables_keep_first_indices_when_they_outgrow_linear_search() {
        let mut consts = Constants::default();
        for round in 0..2 {
            for number in 0..20 {
                assert_eq!(consts.add(Constant::Int(Int::Small(number))), number as u32, "round {round}");
            }
        }
        assert_eq!(consts.values().len(), 20);
    }

    #[test]
    fn constants_of_equal_value_but_other_type_or_sign_stay_apart() {
        let mut consts = Constants::default();
        let values =
            [Constant::Int(Int::Small(0)), Constant::False, Constant::Float(0.0), Constant::Float(-0.0)];
        assert_eq!(values.map(|value| consts.add(value)), [0, 1, 2, 3]);
        consts.retain(|index| index % 2 == 1);
        assert_eq!(consts.values(), [values[1], values[3]]);
    }
}
