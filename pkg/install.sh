#!/bin/sh
# Installs crosspyc 0.1.0 and crosspyc-run for this user, on Linux and macOS.
#
#     curl -fsSL https://github.com/_OWNER_/crosspyc/releases/download/v0.1.0/install.sh | sh
#
# CROSSPYC_INSTALL_DIR   the folder of the programs [default: $XDG_BIN_HOME, else ~/.local/bin]
# CROSSPYC_DOWNLOAD_URL  where the archives are [default: the release's page]; the checksums are those below
#
# Nothing is installed if the archive does not have the checksum of the release.
set -eu

version=0.1.0
url=${CROSSPYC_DOWNLOAD_URL:-https://github.com/_OWNER_/crosspyc/releases/download/v0.1.0}

fail() {
    echo "crosspyc: $*" >&2
    exit 1
}

# The archive's platform, and its checksum in the release.
choose() {
    case $(uname -s)-$(uname -m) in
    Linux-x86_64 | Linux-amd64)
        triple=x86_64-unknown-linux-musl
        sum=0000000000000000000000000000000000000000000000000000000000000000 ;;
    Linux-aarch64 | Linux-arm64)
        triple=aarch64-unknown-linux-musl
        sum=0000000000000000000000000000000000000000000000000000000000000000 ;;
    Linux-s390x)
        triple=s390x-unknown-linux-gnu
        sum=0000000000000000000000000000000000000000000000000000000000000000 ;;
    Darwin-x86_64)
        triple=x86_64-apple-darwin
        sum=0000000000000000000000000000000000000000000000000000000000000000 ;;
    Darwin-arm64)
        triple=aarch64-apple-darwin
        sum=0000000000000000000000000000000000000000000000000000000000000000 ;;
    *) fail "no program for $(uname -s) on $(uname -m); with Rust: cargo install --locked crosspyc" ;;
    esac
}

download() {
    if command -v curl >/dev/null; then
        curl --fail --silent --show-error --location --output "$2" "$1" || fail "failed to download $1"
    elif command -v wget >/dev/null; then
        wget -q -O "$2" "$1" || fail "failed to download $1"
    else
        fail "curl or wget is needed"
    fi
}

sha256() {
    if command -v sha256sum >/dev/null; then
        sha256sum "$1"
    elif command -v shasum >/dev/null; then
        shasum -a 256 "$1"
    elif command -v openssl >/dev/null; then
        openssl dgst -sha256 -r "$1"
    else
        fail "sha256sum, shasum or openssl is needed to check the download"
    fi
}

# Both programs arrive in the folder under other names first: each rename replaces a file whole.
install_programs() {
    mkdir -p "$folder"
    for program in crosspyc crosspyc-run; do
        cp "$work/crosspyc-$version-$triple/$program" "$folder/.$program.$$"
        chmod 755 "$folder/.$program.$$"
    done
    for program in crosspyc crosspyc-run; do
        mv -f "$folder/.$program.$$" "$folder/$program"
    done
}

clean_up() {
    rm -rf "$work" "$folder/.crosspyc.$$" "$folder/.crosspyc-run.$$"
}

# The whole script is read before anything of it runs: the last line starts it.
main() {
    choose
    folder=${CROSSPYC_INSTALL_DIR:-${XDG_BIN_HOME:-$HOME/.local/bin}}
    work=$(mktemp -d)
    trap clean_up EXIT
    trap 'exit 1' HUP INT TERM
    archive=crosspyc-$version-$triple.tar.gz
    download "$url/$archive" "$work/$archive"
    found=$(sha256 "$work/$archive") || exit 1
    found=${found%% *}
    [ "$found" = "$sum" ] || fail "$archive has the checksum $found, but the release has $sum; nothing was installed"
    tar -xzf "$work/$archive" -C "$work"
    install_programs
    echo "installed crosspyc and crosspyc-run $version in $folder"
    case :$PATH: in
    *":$folder:"*) ;;
    *) echo "note: $folder is not on PATH" ;;
    esac
}

main
