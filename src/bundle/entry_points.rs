//! The metadata of a distribution: its folder, and the programs that its `entry_points.txt` declares.

/// Whether a folder of this name describes a distribution.
pub(crate) fn is_metadata_folder(name: &str) -> bool {
    name.ends_with(".dist-info") || name.ends_with(".egg-info")
}

/// A program that an `entry_points.txt` declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeclaredScript<'t> {
    pub name: &'t str,
    /// `module:function`; extras can follow in brackets.
    pub value: &'t str,
    /// It has windows, and no console on Windows (`[gui_scripts]`).
    pub is_windowed: bool,
}

/// The programs in the sections `[console_scripts]` and `[gui_scripts]`.
pub(crate) fn declared_scripts(text: &str) -> impl Iterator<Item = DeclaredScript<'_>> {
    let mut section = "";
    text.lines().map(str::trim).filter_map(move |line| {
        if line.starts_with('[') {
            section = line;
        }
        let is_windowed = section == "[gui_scripts]";
        let is_script = is_windowed || section == "[console_scripts]";
        let (name, value) =
            line.split_once('=').filter(|_| is_script && !line.starts_with(['#', ';', '[']))?;
        Some(DeclaredScript { name: name.trim(), value: value.trim(), is_windowed })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_found_in_their_sections() {
        let text = "[other]\nx = y:z\n\n[console_scripts]\n# no = a:b\na = pkg.mod:main\n\
            b-c=pkg:f.g [extra]\n[gui_scripts]\nd = e:f\n";
        let found: Vec<_> = declared_scripts(text).map(|it| (it.name, it.value, it.is_windowed)).collect();
        let expected = [("a", "pkg.mod:main", false), ("b-c", "pkg:f.g [extra]", false), ("d", "e:f", true)];
        assert_eq!(found, expected);
    }
}
