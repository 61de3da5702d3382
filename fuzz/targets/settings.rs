#![no_main]

use crosspyc_fuzz::{Kind, mutated, settings};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| settings(data));

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    mutated(Kind::Bytes, data, size, max_size, seed)
});
