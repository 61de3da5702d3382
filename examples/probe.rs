//! Answers the scripts that compare the front end with CPython's: one JSON object per line of
//! standard input, one answer per line of standard output, in order.
//!
//! ```text
//! {"ask": "tree", "source": "x = 1\n", "target": "3.12.1"}     ->  {"tree": "Assign(...)@1:0-1:5\n"}
//! {"ask": "digest", "path": "a.py", "target": "3.12.1"}        ->  {"digest": "7f3d..."}
//! {"ask": "verdict", "source": "x = (\n", "target": "3.13"}    ->  {"verdict": {"class": ..., "message": ..., ...}}
//! {"ask": "warnings", "source": "x is 1\n", "target": "3.13"}  ->  {"warnings": [{"category": ..., ...}], "verdict": null}
//! ```
//!
//! A source that is refused has a `verdict` in place of a tree or a digest; one that makes the
//! library panic has a `panic`. `digest` is the hash of the tree that PEP 552 defines, for the
//! target's magic number. The first argument, if any, is the size of the stack in bytes.

#[path = "../tests/syntax/dump.rs"]
mod dump;
#[path = "../tests/syntax/probe.rs"]
mod probe;

use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crosspyc::internals::targets::Target;
use serde_json::{Value, json};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a process has where nobody asks for more.
const STACK: usize = 8 << 20;

fn main() {
    let stack = std::env::args().nth(1).map_or(STACK, |size| size.parse().expect("a size in bytes"));
    std::panic::set_hook(Box::new(|_| ()));
    let thread = std::thread::Builder::new().stack_size(stack).spawn(serve);
    thread.expect("a thread starts").join().expect("requests are well-formed");
}

fn serve() {
    let mut stdout = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.expect("UTF-8")).expect("JSON");
        let answer = catch_unwind(AssertUnwindSafe(|| answer(&request))).unwrap_or_else(|panic| {
            let message = panic.downcast_ref::<String>().map(String::as_str);
            let message = message.or_else(|| panic.downcast_ref::<&str>().copied());
            json!({"panic": message.unwrap_or("a panic without a message")})
        });
        writeln!(stdout, "{answer}").expect("the reader is there");
        stdout.flush().expect("the reader is there");
    }
}

fn answer(request: &Value) -> Value {
    let text = |name: &str| request[name].as_str();
    let target: Target = text("target").expect("a target").parse().expect("a supported target");
    let bytes = match text("path") {
        Some(path) => std::fs::read(path).expect("the file can be read"),
        None => text("source").expect("a path or a source").as_bytes().to_vec(),
    };
    match text("ask") {
        Some("tree") => match probe::tree(&bytes, target) {
            Ok(tree) => json!({"tree": tree}),
            Err(verdict) => json!({"verdict": verdict}),
        },
        Some("digest") => match probe::tree(&bytes, target) {
            Ok(tree) => json!({"digest": probe::digest(&tree, target)}),
            Err(verdict) => json!({"verdict": verdict}),
        },
        Some("verdict") => json!({"verdict": probe::verdict(&bytes, target)}),
        Some("warnings") => {
            let (warnings, verdict) = probe::warnings(&bytes, target);
            json!({"warnings": warnings, "verdict": verdict})
        }
        other => panic!("no such question: {other:?}"),
    }
}
