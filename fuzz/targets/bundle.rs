#![no_main]

use crosspyc_fuzz::{Kind, bundle, mutated};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| bundle(data));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutated(Kind::Archive, data, size, max_size, seed)
});
