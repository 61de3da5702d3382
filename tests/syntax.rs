//! The tree and the verdict on a source, against those of the CPythons that made the files of `testdata/syntax/`.

#[path = "syntax/dump.rs"]
mod dump;

use std::path::Path;

use bumpalo::Bump;
use crosspyc::syntax;

#[test]
fn trees_equal_those_of_cpython() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/syntax");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "py") {
            let source = std::fs::read_to_string(&path).unwrap();
            let arena = Bump::new();
            let parsed = syntax::parse(&arena, &source).unwrap_or_else(|error| panic!("{path:?}: {error:?}"));
            let expected = std::fs::read_to_string(path.with_extension("ast")).unwrap();
            for (ours, theirs) in dump::dump(&parsed).lines().zip(expected.lines()) {
                assert_eq!(ours, theirs, "{path:?}");
            }
            count += 1;
        }
    }
    assert!(count > 0);
}
