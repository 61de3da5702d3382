//! How the code of each construct changed from release to release: the cases of
//! `testdata/code/changes`, whose answers are CPython's.
//!
//! A case is a title (`[3.14]` behind it: the version that brought the syntax), a source and the
//! code that each CPython makes of it: qualified name and constants; names / fast locals / cells /
//! free variables; instructions, after the place of each run of them. `scripts/oracle.py changes`
//! remakes the answers.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use bumpalo::Bump;
use crosspyc::internals::code::{CodeObject, Constant, Int, PyStr};
use crosspyc::internals::compile::{Options, compile};
use crosspyc::internals::diagnostic::{Diagnostic, DiagnosticKind};
use crosspyc::internals::source::Location;
use crosspyc::internals::targets::{Opcode, Target};

#[test]
fn each_release_compiles_as_its_cpython_does() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/code/changes");
    let (mut wrong, mut compared) = (String::new(), 0);
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        let text = format!("\n{}", fs::read_to_string(&path).expect("the file can be read"));
        for case in text.split("\n--- ").skip(1) {
            let mut sections = case.trim_end().split("\n== ");
            let (title, source) =
                sections.next().and_then(|head| head.split_once('\n')).expect("a title and a source");
            let source = format!("{source}\n");
            for section in sections {
                let (releases, expected) = section.split_once('\n').expect("releases and their answer");
                for release in releases.split(' ') {
                    let found = answer(&source, release.parse().expect("a supported target"));
                    compared += 1;
                    if found != expected {
                        let file = path.display();
                        write!(
                            wrong,
                            "\n--- {title} ({release}, {file})\n{source}== expected\n{expected}\n== found\n{found}\n"
                        )
                        .expect("a string takes all");
                    }
                }
            }
        }
    }
    assert!(compared > 1000, "only {compared} cases");
    assert!(wrong.is_empty(), "{wrong}");
}

/// The listing of a module, or what is wrong with it.
fn answer(source: &str, target: Target) -> String {
    let arena = Bump::new();
    let options = Options { filename: "case.py".into(), optimize: 0 };
    match compile(&arena, source.as_bytes(), options, target).code {
        Ok(code) => {
            let mut text = String::new();
            listing(code, target, &mut text).expect("a string takes all");
            text.trim_end().to_owned()
        }
        Err(Diagnostic { kind: DiagnosticKind::SystemError, .. }) => "SystemError: ...".to_owned(),
        Err(Diagnostic { kind, message, location, .. }) if location == Location::NONE => {
            format!("{}: {message}", kind.name())
        }
        Err(Diagnostic { kind, message, location, .. }) => {
            format!("{}: {message} @{}:{}", kind.name(), location.lineno, location.col_offset + 1)
        }
    }
}

fn listing(code: &CodeObject<'_>, target: Target, text: &mut String) -> std::fmt::Result {
    let constants: Vec<_> = code.consts.iter().map(constant).collect();
    writeln!(text, "{} ({})", name(code.qualname), constants.join(" "))?;
    let variables = |is_kind: fn(&crosspyc::internals::code::LocalPlus<'_>) -> bool| {
        let names: Vec<_> =
            code.localsplus.iter().filter(|&slot| is_kind(slot)).map(|slot| name(slot.name)).collect();
        names.join(" ")
    };
    let names: Vec<_> = code.names.iter().map(|&text| name(text)).collect();
    let groups = [
        names.join(" "),
        variables(|slot| slot.kind.is_local()),
        variables(|slot| slot.kind.is_cell()),
        variables(|slot| slot.kind.is_free()),
    ];
    if groups.iter().any(|group| !group.is_empty()) {
        writeln!(text, "{}", groups.join(" / ").trim_end())?;
    }
    instructions(code, target, text)?;
    for constant in code.consts {
        if let Constant::Code(code) = constant {
            listing(code, target, text)?;
        }
    }
    Ok(())
}

/// One line for each run of instructions at one place.
fn instructions(code: &CodeObject<'_>, target: Target, text: &mut String) -> std::fmt::Result {
    let places: Vec<_> =
        code.locations().flat_map(|entry| std::iter::repeat_n(entry.location, entry.units)).collect();
    let features = &target.features().disassembly;
    let (mut index, mut extended, mut current) = (0, 0, None);
    while let Some(&[number, arg]) =
        code.code.get(index * 2..index * 2 + 2).and_then(|unit| unit.first_chunk())
    {
        let opcode = features.opcodes.opcode(number).expect("an opcode of the target");
        let (oparg, place) = (extended << 8 | u32::from(arg), places[index]);
        match current.replace(place) {
            Some(last) if last == place => text.push_str(", "),
            Some(_) => write!(text, "\n  {}  ", shown(place))?,
            None => write!(text, "  {}  ", shown(place))?,
        }
        text.push_str(opcode.name());
        if number >= features.have_argument {
            write!(text, " {oparg}")?;
        }
        extended = if opcode == Opcode::EXTENDED_ARG { oparg } else { 0 };
        index += 1 + usize::from(features.opcodes.caches(opcode));
    }
    text.push('\n');
    Ok(())
}

/// What is missing of a place is `None`.
fn shown(location: Location) -> String {
    let part = |number: i32| if number < 0 { "None".to_owned() } else { number.to_string() };
    let Location { lineno, end_lineno, col_offset, end_col_offset } = location;
    let [line, column, end_line, end_column] = [lineno, col_offset, end_lineno, end_col_offset].map(part);
    format!("{line}:{column}-{end_line}:{end_column}")
}

fn name(text: PyStr<'_>) -> &str {
    text.as_str().expect("names are UTF-8")
}

/// A constant as Python shows it; those of the cases need no escapes but of backslashes.
fn constant(value: &Constant<'_>) -> String {
    match value {
        Constant::None => "None".to_owned(),
        Constant::Int(Int::Small(number)) => number.to_string(),
        Constant::Str(text) | Constant::Name(text) => repr(name(*text)),
        Constant::True => "True".to_owned(),
        Constant::False => "False".to_owned(),
        Constant::Float(number) => format!("{number:?}"),
        Constant::Complex { real, imag } => format!("({real}{imag:+}j)"),
        Constant::Tuple(items) => format!("({})", items.iter().map(constant).collect::<Vec<_>>().join(" ")),
        Constant::FrozenSet(items) => {
            let mut items: Vec<_> = items.iter().map(constant).collect();
            items.sort();
            format!("{{{}}}", items.join(" "))
        }
        Constant::Slice(parts) => {
            let [start, stop, step] = parts.map(|part| constant(&part));
            format!("slice({start} {stop} {step})")
        }
        Constant::Code(code) => format!("<{}>", name(code.name)),
        other => format!("{other:?}"),
    }
}

fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n").replace(quote, &format!("\\{quote}"));
    format!("{quote}{escaped}{quote}")
}
