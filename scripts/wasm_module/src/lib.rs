//! The compiler as a WebAssembly module without imports. `compare.mjs` shows how a host uses it:
//!
//! 1. `input(length)` gives the address to which the host writes the file name, a null byte and the
//!    source.
//! 2. `compile(minor)` compiles that for Python 3.MINOR: 1 if it compiles, else 0.
//! 3. `output()` and `output_length()` say where the pyc is, or the text of the error.

use std::sync::Mutex;

use crosspyc::{Invalidation, Options, Target, Version, compile as compile_source};

static INPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static OUTPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[unsafe(no_mangle)]
pub extern "C" fn input(length: usize) -> *mut u8 {
    let mut input = INPUT.lock().expect("one thread");
    input.clear();
    input.resize(length, 0);
    input.as_mut_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn compile(minor: u8) -> u32 {
    let result = pyc(&INPUT.lock().expect("one thread"), minor);
    let code = result.is_ok().into();
    *OUTPUT.lock().expect("one thread") = result.unwrap_or_else(String::into_bytes);
    code
}

#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    OUTPUT.lock().expect("one thread").as_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn output_length() -> usize {
    OUTPUT.lock().expect("one thread").len()
}

fn pyc(input: &[u8], minor: u8) -> Result<Vec<u8>, String> {
    let target = Version::from_minor(minor).map(Target::newest).ok_or("no such version")?;
    let end = input.iter().position(|&byte| byte == 0).ok_or("no file name")?;
    let filename = str::from_utf8(&input[..end]).map_err(|error| error.to_string())?;
    let compiled = compile_source(&input[end + 1..], target, &Options::new(filename));
    Ok(compiled.map_err(|error| error.to_string())?.pyc(Invalidation::CheckedHash))
}
