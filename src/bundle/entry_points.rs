//! The metadata of a distribution: its folder, and the programs that its `entry_points.txt` declares.

/// Whether a folder of this name describes a distribution.
pub(crate) fn is_metadata_folder(name: &str) -> bool {
    name.ends_with(".dist-info") || name.ends_with(".egg-info")
}

/// The names and values in the sections `[console_scripts]` and `[gui_scripts]`. A value is
/// `module:function`; extras can follow in brackets.
pub(crate) fn declared_scripts(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut section = "";
    text.lines().map(str::trim).filter_map(move |line| {
        if line.starts_with('[') {
            section = line;
        }
        let is_script = ["[console_scripts]", "[gui_scripts]"].contains(&section);
        let (name, value) =
            line.split_once('=').filter(|_| is_script && !line.starts_with(['#', ';', '[']))?;
        Some((name.trim(), value.trim()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_found_in_their_sections() {
        let text = "[other]\nx = y:z\n\n[console_scripts]\n# no = a:b\na = pkg.mod:main\n\
            b-c=pkg:f.g [extra]\n[gui_scripts]\nd = e:f\n";
        let found: Vec<_> = declared_scripts(text).collect();
        assert_eq!(found, [("a", "pkg.mod:main"), ("b-c", "pkg:f.g [extra]"), ("d", "e:f")]);
    }
}
