//! Signing with the keys of minisign, with a password and without.

use std::fs;
use std::io::Cursor;
use std::process::Output;

use crosspyc::internals::bundle::Archive;
use minisign::{KeyPair, PublicKey, SignatureBox};

use crate::lab::Lab;

/// Whether the bundle is signed with the secret key that goes with this one.
fn is_signed(archive: &Archive, key: &PublicKey) -> bool {
    let signature = SignatureBox::from_string(archive.signature().expect("signed")).expect("minisign's");
    minisign::verify(key, &signature, Cursor::new(archive.signed_bytes()), true, false, false).is_ok()
}

#[test]
fn a_bundle_is_signed_with_the_keys_of_minisign() {
    let lab = Lab::new(&[("project/__main__.py", "")]);
    let pair = KeyPair::generate_unencrypted_keypair().expect("generated");
    let text = pair.sk.to_box(None).expect("a box").into_string();
    let other = KeyPair::generate_unencrypted_keypair().expect("generated");
    for text in [text.clone(), text.replace('\n', "\r\n")] {
        lab.write("key", &text);
        let archive = lab.bundled("project -t 3.12 --sign key");
        assert!(is_signed(&archive, &pair.pk) && !is_signed(&archive, &other.pk));
    }
    for text in ["", "no key", &text[..text.len() - 9]] {
        lab.write("key", text);
        let message = lab.refused("project -t 3.12 --sign key", 2);
        assert!(message.contains("`key` is not a secret key of minisign: "), "{text}: {message}");
    }
    assert!(lab.refused("project -t 3.12 --sign nowhere", 2).contains("failed to read `nowhere`"));
}

/// As `minisign -G -W` writes it, without a checksum; and what is wrong with one that was damaged.
#[test]
fn a_key_without_password_and_checksum_signs() {
    const KEY: &str = "RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAYaUv6JNKvgrcoUfLgyQohY/wJkwWC4LdWDJEfbEcFnqaX03XRWYl8y4UiXQejuwhocaiGr2H9hBDA5hR9R7gnEVStO7KDtFFAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let public = PublicKey::from_base64("RWRhpS/ok0q+Ci4UiXQejuwhocaiGr2H9hBDA5hR9R7gnEVStO7KDtFF");
    let lab = Lab::new(&[("project/__main__.py", "")]);
    lab.write("key", &format!("untrusted comment: minisign encrypted secret key\n{KEY}\n"));
    assert!(is_signed(&lab.bundled("project -t 3.12 --sign key"), &public.expect("a key")));
    let damaged = KEY.replacen("rcoUfL", "rcoUfM", 1);
    lab.write("key", &format!("untrusted comment: none\n{damaged}\n"));
    assert!(lab.refused("project -t 3.12 --sign key", 1).contains("failed to sign the bundle"));
}

#[test]
fn the_password_of_a_key_is_in_the_environment_or_piped_in() {
    let lab = Lab::new(&[("project/__main__.py", "")]);
    let pair = KeyPair::generate_encrypted_keypair(Some("pass word".into())).expect("generated");
    lab.write("key", &pair.sk.to_box(None).expect("a box").into_string());
    let build = |variable: Option<&str>, input: &str| -> Output {
        lab.write("input", input);
        let mut command = lab.command("project -t 3.12 --sign key -o app.pyb --format json");
        command.envs(variable.map(|password| ("CROSSPYC_SIGN_PASSWORD", password)));
        command.stdin(fs::File::open(lab.path("input")).expect("it is there"));
        command.output().expect("it starts")
    };
    for (variable, input) in [
        (Some("pass word"), ""),
        (None, "pass word\n"),
        (None, "pass word\r\nmore"),
        (Some("pass word"), "no\n"),
    ] {
        let output = build(variable, input);
        assert!(output.status.success(), "{output:?}");
        // Nothing but the record: JSON stays JSON.
        assert!(output.stdout.starts_with(b"{\"type\":\"bundle\"") && output.stderr.is_empty(), "{output:?}");
        let archive = Archive::open(&lab.path("app.pyb")).expect("it is whole");
        assert!(is_signed(&archive, &pair.pk));
        fs::remove_file(lab.path("app.pyb")).expect("removed");
    }
    let without = "`key` is locked with a password, and there is none: standard input is empty; \
        type it at a terminal, pipe it to standard input, or set CROSSPYC_SIGN_PASSWORD";
    for (variable, input, message) in [
        (None, "", without),
        (None, "\n", "the password is wrong for `key`"),
        (Some(""), "pass word\n", "the password is wrong for `key`"),
    ] {
        let output = build(variable, input);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains(message), "{output:?}");
        assert!(!lab.path("app.pyb").exists());
    }
}
