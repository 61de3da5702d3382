//! Changes to bytes of any kind, such as marshalled data.

use super::Random;

/// Data shorter than this is not shortened further.
const LEAST: usize = 100;

/// One to four changes, each to a few bytes: one is replaced, a bit is flipped, some are taken out,
/// or some are repeated elsewhere. Empty data stays as it is.
pub(crate) fn mutate_bytes(random: &mut Random, data: &mut Vec<u8>) {
    if data.is_empty() {
        return;
    }
    for _ in 0..=random.below(4) {
        let start = random.below(data.len());
        let end = (start + random.below(12)).min(data.len());
        match random.below(4) {
            0 => data[start] = random.below(256) as u8,
            1 => data[start] ^= 1 << random.below(8),
            2 if data.len() > LEAST => drop(data.drain(start..end)),
            _ => {
                let part = data[start..end].to_vec();
                let at = random.below(data.len());
                data.splice(at..at, part);
            }
        }
    }
}
