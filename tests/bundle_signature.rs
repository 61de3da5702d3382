//! Signed archives: only what a trusted key signed, as it was signed, passes.

#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crosspyc::internals::bundle::{
    Archive, Contents, EntryPoint, Expected, KeyError, OpenError, SignatureError, Signed, Signer,
    TrustedKeys, WriteError, WriteOptions, write,
};
use minisign::KeyPair;

fn contents(name: &str) -> Contents {
    Contents {
        name: name.into(),
        entry_point: EntryPoint::Main,
        scripts: BTreeMap::new(),
        system_site_packages: false,
        python: None,
        distribution: None,
        common: BTreeMap::from([("__main__.py".to_owned(), b"print('hello')".to_vec().into())]),
        variants: Vec::new(),
        has_sources: true,
        version: None,
        requires_python: None,
    }
}

fn keys() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().expect("a key pair")
}

/// As minisign does it.
fn sign(keys: &KeyPair, bytes: &[u8], comment: &str) -> Result<String, String> {
    let signature = minisign::sign(None, &keys.sk, bytes, Some(comment), None);
    signature.map(minisign::SignatureBox::into_string).map_err(|error| error.to_string())
}

/// Writes an archive with the signature that `signer` makes.
fn written(contents: Contents, path: &Path, signer: &Signer<'_>) {
    let options = WriteOptions { sign: Some(signer), ..WriteOptions::default() };
    write(contents, path, &options).expect("written");
}

fn signed(keys: &KeyPair, name: &str, path: &Path) {
    written(contents(name), path, &|bytes, comment| sign(keys, bytes, comment));
}

fn public(folder: &Path, keys: &[&KeyPair]) -> PathBuf {
    let path = folder.join("trusted.pub");
    let texts = keys.iter().map(|keys| keys.pk.to_box().expect("a public key").into_string() + "\n");
    fs::write(&path, texts.collect::<String>()).expect("written");
    path
}

fn open(archive: &Path, keys: &Path, expected: &Expected) -> Result<(Archive, Signed), SignatureError> {
    let keys = TrustedKeys::read(keys).expect("keys");
    Archive::open_signed(archive, &keys, expected).map_err(|error| match error {
        OpenError::Signature(error) => error,
        OpenError::Read(error) => panic!("it can be read: {error}"),
    })
}

fn verify(archive: &Path, keys: &Path) -> Result<String, SignatureError> {
    open(archive, keys, &Expected::default()).map(|(_, signed)| signed.comment)
}

#[test]
fn an_archive_signed_with_one_of_the_trusted_keys_passes() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("app.pyb");
    let (ours, other) = (keys(), keys());
    signed(&ours, "app", &archive);
    let comment = verify(&archive, &public(folder.path(), &[&other, &ours])).unwrap();
    assert_eq!(comment, r#"crosspyc-bundle 1 {"name":"app"}"#);
    assert!(
        Archive::open(&archive)
            .unwrap()
            .files(None, |_, _| Ok::<_, crosspyc::internals::bundle::ReadError>(()))
            .is_ok()
    );
}

#[test]
fn unsigned_and_otherwise_signed_archives_do_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("app.pyb");
    let trusted = public(folder.path(), &[&keys()]);
    write(contents("app"), &archive, &WriteOptions::default()).unwrap();
    assert!(matches!(verify(&archive, &trusted), Err(SignatureError::Unsigned(_))));
    signed(&keys(), "app", &archive);
    assert!(matches!(verify(&archive, &trusted), Err(SignatureError::UnknownKey(_))));
    written(contents("app"), &archive, &|_, _| Ok("no signature".into()));
    assert!(matches!(verify(&archive, &trusted), Err(SignatureError::Malformed { .. })));
}

/// Somebody puts a signature on contents it was not made for, with all digests right.
#[test]
fn a_signature_of_other_contents_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("app.pyb");
    let ours = keys();
    signed(&ours, "app", &archive);
    let signature = Archive::open(&archive).unwrap().signature().unwrap().to_owned();
    let trusted = public(folder.path(), &[&ours]);
    written(contents("other"), &archive, &|_, _| Ok(signature.clone()));
    assert!(matches!(verify(&archive, &trusted), Err(SignatureError::Altered(_))));
    written(contents("app"), &archive, &|_, _| Ok(signature.replace("app", "other")));
    assert!(matches!(verify(&archive, &trusted), Err(SignatureError::Altered(_))));
}

/// Somebody has the key sign a manifest as something else: a file of another kind, another application.
#[test]
fn a_signature_for_another_purpose_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("app.pyb");
    let ours = keys();
    let trusted = public(folder.path(), &[&ours]);
    for comment in ["timestamp:1 file:whatever.json hashed", "crosspyc bundle: app", "crosspyc-bundle 1 app"]
    {
        written(contents("app"), &archive, &|bytes, _| sign(&ours, bytes, comment));
        assert!(matches!(verify(&archive, &trusted), Err(SignatureError::OtherPurpose(_))), "{comment}");
    }
    let other = r#"crosspyc-bundle 1 {"name":"other"}"#;
    written(contents("app"), &archive, &|bytes, _| sign(&ours, bytes, other));
    assert!(matches!(verify(&archive, &trusted), Err(SignatureError::OtherClaim(_))));
}

#[test]
fn another_application_or_an_older_version_does_not_pass_for_the_one_expected() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("app.pyb");
    let ours = keys();
    let trusted = public(folder.path(), &[&ours]);
    let outcome = |version: Option<&str>, name: Option<&str>, least: Option<&str>| {
        let contents = Contents { version: version.map(str::to_owned), ..contents("app") };
        written(contents, &archive, &|bytes, comment| sign(&ours, bytes, comment));
        let min_version = least.map(|version| version.parse().expect("a version"));
        let expected = Expected { name: name.map(str::to_owned), min_version };
        open(&archive, &trusted, &expected).map(|(archive, signed)| {
            assert_eq!(
                (&signed.claim.name, &signed.claim.version),
                (&archive.manifest().name, &archive.manifest().version)
            );
        })
    };
    for (version, least) in
        [("1.2", "1.2"), ("1.10", "1.9"), ("2.0", "2.0rc1"), ("1!0.1", "9"), ("1.0.post1", "1.0")]
    {
        assert!(outcome(Some(version), Some("app"), Some(least)).is_ok(), "{version} {least}");
    }
    assert!(matches!(outcome(Some("1"), Some("App"), None), Err(SignatureError::OtherName { .. })));
    for (version, least) in [("1.9", "1.10"), ("2.0rc1", "2.0"), ("1.0.dev1", "1.0a1")] {
        let failure = outcome(Some(version), None, Some(least));
        assert!(matches!(failure, Err(SignatureError::TooOld { .. })), "{version} {least}");
    }
    for version in [None, Some("newest")] {
        assert!(
            matches!(outcome(version, None, Some("1")), Err(SignatureError::NoVersion { .. })),
            "{version:?}"
        );
    }
}

/// minisign gave up the algorithm that signs the file itself, not its hash.
#[test]
fn a_signature_of_the_old_algorithm_does_not_pass() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("app.pyb");
    let ours = keys();
    let trusted = public(folder.path(), &[&ours]);
    written(contents("app"), &archive, &|bytes, comment| {
        let signature = sign(&ours, bytes, comment)?;
        // `RU` is `ED` in base64, but for the last bits, and `RW` is `Ed`.
        Ok(signature.replacen("\nRU", "\nRW", 1))
    });
    assert!(matches!(verify(&archive, &trusted), Err(SignatureError::OldAlgorithm(_))));
}

/// What nobody trusted has signed is not parsed.
#[test]
fn the_signature_is_verified_before_the_manifest_is_parsed() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("app.pyb");
    let trusted = public(folder.path(), &[&keys()]);
    signed(&keys(), "app", &archive);
    let mut bytes = fs::read(&archive).unwrap();
    let manifest = Archive::open(&archive).unwrap().signed_bytes().to_vec();
    let start = bytes.windows(manifest.len()).position(|bytes| bytes == manifest).expect("it is there");
    bytes[start] = b'[';
    let sealed = bytes.len() - 64;
    let digest = blake3::hash(&bytes[start..sealed]);
    bytes[sealed + 16..sealed + 48].copy_from_slice(digest.as_bytes());
    fs::write(&archive, bytes).unwrap();
    assert!(Archive::open(&archive).is_err());
    assert!(matches!(verify(&archive, &trusted), Err(SignatureError::UnknownKey(_))));
}

#[test]
fn bytes_before_the_archive_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("app.pyb");
    let options = WriteOptions { prefix: b"#!/bin/sh\n", ..WriteOptions::default() };
    write(contents("app"), &archive, &options).unwrap();
    assert_eq!(Archive::open(&archive).unwrap().prefix_length(), 10);
}

#[test]
fn a_signature_that_cannot_be_made_leaves_no_archive() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("app.pyb");
    let options = WriteOptions { sign: Some(&|_, _| Err("no key".into())), ..WriteOptions::default() };
    assert!(matches!(write(contents("app"), &archive, &options), Err(WriteError::Sign(_))));
    assert!(!archive.exists());
}

#[test]
fn files_without_keys_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    fs::write(&path, "untrusted comment: none\n\n# nobody\n").unwrap();
    assert!(matches!(TrustedKeys::read(&path), Err(KeyError::Empty(_))));
    fs::write(&path, "untrusted comment: none\nRWQ=\n").unwrap();
    assert!(matches!(TrustedKeys::read(&path), Err(KeyError::Malformed { line: 2, .. })));
    fs::write(&path, keys().sk.to_box(None).unwrap().into_string()).unwrap();
    assert!(matches!(TrustedKeys::read(&path), Err(KeyError::Malformed { .. })));
    assert!(matches!(TrustedKeys::read(&folder.path().join("none")), Err(KeyError::Io { .. })));
}
