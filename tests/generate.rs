//! The completions and manual pages that `crosspyc generate` writes.

#![cfg(feature = "cli")]

use std::fs;
use std::process::Command;

const CROSSPYC: &str = env!("CARGO_BIN_EXE_crosspyc");
const RUNNER: &str = env!("CARGO_BIN_EXE_crosspyc-run");

fn generated() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let status = Command::new(CROSSPYC).arg("generate").arg(folder.path()).status().expect("it starts");
    assert!(status.success());
    folder
}

fn read(folder: &tempfile::TempDir, file: &str) -> String {
    fs::read_to_string(folder.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What a program prints for `--help`.
fn help(program: &str) -> String {
    let help = Command::new(program).arg("--help").output().expect("it starts");
    String::from_utf8(help.stdout).expect("UTF-8")
}

/// The long options of a manual page.
fn options_of_page(page: &str) -> Vec<String> {
    let page = page.replace("\\-", "-");
    let bold = page.lines().filter(|line| line.starts_with("\\fB-")).flat_map(|line| line.split("\\f"));
    bold.filter_map(|part| part.strip_prefix('B'))
        .filter(|part| part.starts_with("--"))
        .map(String::from)
        .collect()
}

/// `crosspyc-run` has no clap: its help text says which options there are.
#[test]
fn every_option_of_the_programs_is_described_and_no_other() {
    let folder = generated();
    for (name, program) in [("crosspyc", CROSSPYC), ("crosspyc-run", RUNNER)] {
        let help = help(program);
        let mut found: Vec<&str> = options(&help).collect();
        let mut described = options_of_page(&read(&folder, &format!("man/{name}.1")));
        found.sort();
        described.sort();
        assert!(found.contains(&"--quiet") && found.contains(&"--help"), "{found:?}");
        assert_eq!(described, found, "{name}");
        for file in
            [format!("complete/{name}.bash"), format!("complete/_{name}"), format!("complete/_{name}.ps1")]
        {
            let text = read(&folder, &file);
            for option in &found {
                assert!(text.contains(option), "{file}: {option}");
            }
        }
    }
}

#[test]
fn every_command_has_a_page() {
    let folder = generated();
    let help = help(CROSSPYC);
    let start = help.find("Commands:").expect("a list of commands");
    let lines = help[start..].lines().skip(1).take_while(|line| line.starts_with("  "));
    // Descriptions continue further to the right.
    let lines = lines.filter(|line| !line.starts_with("   "));
    let commands: Vec<&str> = lines.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(commands.contains(&"compile") && !commands.contains(&"generate"), "{commands:?}");
    for command in commands.into_iter().filter(|command| *command != "help") {
        let page = read(&folder, &format!("man/crosspyc-{command}.1"));
        assert!(page.contains(".TH crosspyc"), "{page}");
        assert!(read(&folder, "complete/crosspyc.fish").contains(&format!("-a \"{command}\"")), "{command}");
    }
}

/// What bash offers for a word, by the completions.
#[cfg(unix)]
#[test]
fn bash_completes_commands_and_options() {
    let folder = generated();
    for (name, words, expected) in [
        ("crosspyc", "crosspyc com", "compile"),
        ("crosspyc", "crosspyc compile --hard", "--hardlink-dupes"),
        ("crosspyc-run", "crosspyc-run --wh", "--which"),
    ] {
        let script = format!(
            "source {folder}/complete/{name}.bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             last=${{COMP_WORDS[COMP_CWORD]}}; _{function} {name} \"$last\" x; echo \"${{COMPREPLY[@]}}\"",
            folder = folder.path().display(),
            function = name.replace('-', "__"),
        );
        // Where there is no bash there is nothing to try.
        let Ok(output) = Command::new("bash").args(["-c", &script]).output() else { return };
        let offered = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            offered.split_whitespace().any(|word| word == expected),
            "{words}: {offered}{:?}",
            output.stderr
        );
    }
}

/// The long options that a help text lists.
fn options(help: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_ascii_lowercase() || c == '-';
    let lines = help.lines().map(str::trim_start).filter(|line| line.starts_with('-'));
    lines.filter_map(move |line| {
        let start = line.find("--")?;
        let length = line[start..].find(|c| !is_name(c)).unwrap_or(line.len() - start);
        Some(&line[start..start + length])
    })
}
