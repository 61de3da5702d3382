//! From source text to a syntax tree: crosspyc against `ruff_python_parser`, on one thread and with
//! one allocator.
//!
//! Reads a JSON list of paths from standard input; the argument is the number of rounds. Files that
//! either parser refuses are left out. Each round parses all files with one parser, then with the
//! other. What ruff's trees take to be freed is not counted; what our arena takes to be reset is.
//! Prints the bytes parsed and the seconds of each round.

use std::io::Read;
use std::time::{Duration, Instant};

use bumpalo::Bump;
use crosspyc::internals::source;
use crosspyc::internals::syntax;
use crosspyc::internals::targets::Target;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let rounds: usize = std::env::args().nth(1).map_or(5, |rounds| rounds.parse().expect("a number of rounds"));
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).expect("UTF-8");
    let paths: Vec<String> = serde_json::from_str(&input).expect("a list of paths");
    let target: Target = "3.12.1".parse().expect("a supported target");
    let mut arena = Bump::new();
    let texts: Vec<String> = paths
        .iter()
        .map(|path| std::fs::read(path).expect("the file can be read"))
        .filter_map(|bytes| source::decode(&bytes).ok().map(|decoded| decoded.text.into_owned()))
        .filter(|text| ours(&mut arena, text, target) && theirs(text).is_some())
        .collect();
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let start = Instant::now();
        texts.iter().for_each(|text| assert!(ours(&mut arena, text, target)));
        times.0.push(start.elapsed().as_secs_f64());
        let taken: Duration = texts.iter().filter_map(|text| theirs(text)).sum();
        times.1.push(taken.as_secs_f64());
    }
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{}", serde_json::json!({"files": texts.len(), "bytes": bytes, "crosspyc": times.0, "ruff": times.1}));
}

/// Makes our tree for the target; whether it is accepted.
fn ours(arena: &mut Bump, text: &str, target: Target) -> bool {
    arena.reset();
    let accepted = syntax::parse(arena, text, None).module(arena, target).is_ok();
    accepted
}

/// How long ruff takes to make its tree, if it accepts the text.
fn theirs(text: &str) -> Option<Duration> {
    let start = Instant::now();
    let parsed = ruff_python_parser::parse_module(text);
    let taken = start.elapsed();
    parsed.is_ok().then_some(taken)
}
