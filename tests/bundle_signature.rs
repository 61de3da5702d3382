//! Signed archives: only what a trusted key signed, as it was signed, passes.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crosspyc::bundle::{
    Archive, Contents, EntryPoint, KeyError, SignatureError, TrustedKeys, WriteError, WriteOptions, write,
};
use minisign::KeyPair;

fn contents(name: &str) -> Contents {
    Contents {
        name: name.into(),
        entry_point: EntryPoint::Main,
        scripts: BTreeMap::new(),
        system_site_packages: false,
        common: BTreeMap::from([("__main__.py".to_owned(), b"print('hello')".to_vec().into())]),
        variants: Vec::new(),
        has_sources: true,
        requires_python: None,
    }
}

fn keys() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().expect("a key pair")
}

/// As minisign does it.
fn sign(keys: &KeyPair, bytes: &[u8]) -> Result<String, String> {
    let signature = minisign::sign(None, &keys.sk, bytes, Some("release 1"), None);
    signature.map(minisign::SignatureBox::into_string).map_err(|error| error.to_string())
}

fn signed(keys: &KeyPair, name: &str, path: &Path) {
    let signer = |bytes: &[u8]| sign(keys, bytes);
    let options = WriteOptions { sign: Some(&signer), ..WriteOptions::default() };
    write(contents(name), path, &options).expect("written");
}

fn public(folder: &Path, keys: &[&KeyPair]) -> PathBuf {
    let path = folder.join("trusted.pub");
    let texts = keys.iter().map(|keys| keys.pk.to_box().expect("a public key").into_string() + "\n");
    fs::write(&path, texts.collect::<String>()).expect("written");
    path
}

fn verify(archive: &Path, keys: &Path) -> Result<String, SignatureError> {
    Archive::open(archive).expect("an archive").verify_signature(&TrustedKeys::read(keys).expect("keys"))
}

#[test]
fn an_archive_signed_with_one_of_the_trusted_keys_passes() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("app.pyb");
    let (ours, other) = (keys(), keys());
    signed(&ours, "app", &archive);
    assert_eq!(verify(&archive, &public(folder.path(), &[&other, &ours])).unwrap(), "release 1");
    assert!(
        Archive::open(&archive).unwrap().files(None, |_, _| Ok::<_, crosspyc::bundle::ReadError>(())).is_ok()
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
    let options = WriteOptions { sign: Some(&|_| Ok("no signature".into())), ..WriteOptions::default() };
    write(contents("app"), &archive, &options).unwrap();
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
    let stolen = |_: &[u8]| Ok(signature.clone());
    let options = WriteOptions { sign: Some(&stolen), ..WriteOptions::default() };
    write(contents("other"), &archive, &options).unwrap();
    assert!(matches!(verify(&archive, &trusted), Err(SignatureError::Altered(_))));
    let commented = |_: &[u8]| Ok(signature.replace("release 1", "release 2"));
    let options = WriteOptions { sign: Some(&commented), ..WriteOptions::default() };
    write(contents("app"), &archive, &options).unwrap();
    assert!(matches!(verify(&archive, &trusted), Err(SignatureError::Altered(_))));
}

#[test]
fn a_signature_that_cannot_be_made_leaves_no_archive() {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("app.pyb");
    let options = WriteOptions { sign: Some(&|_| Err("no key".into())), ..WriteOptions::default() };
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
