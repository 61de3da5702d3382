//! Which of a project's targets a file is for.

/// Some of a project's targets, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TargetSet(u32);

impl TargetSet {
    pub(super) const NONE: TargetSet = TargetSet(0);

    pub(super) fn all(count: usize) -> TargetSet {
        (0..count).fold(TargetSet::NONE, |set, number| set.with(number))
    }

    pub(super) fn with(self, number: usize) -> TargetSet {
        TargetSet(self.0 | 1 << number)
    }

    pub(super) fn has(self, number: usize) -> bool {
        self.0 >> number & 1 == 1
    }

    pub(super) fn union(self, other: TargetSet) -> TargetSet {
        TargetSet(self.0 | other.0)
    }

    pub(super) fn without(self, other: TargetSet) -> TargetSet {
        TargetSet(self.0 & !other.0)
    }

    pub(super) fn common(self, other: TargetSet) -> TargetSet {
        TargetSet(self.0 & other.0)
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }
}
