#!/usr/bin/env python3
"""Facts of a release, in one place: versions, addresses, checksums, release archives.

    scripts/release.py check [--tag TAG]           everything that names a fact agrees; with --tag, ready to release
    scripts/release.py render [--sums FILE --out DIR]  writes the files made of pkg/templates
    scripts/release.py archive TRIPLE BINARIES --out DIR   the release archive of a platform, always the same bytes
    scripts/release.py sums DIR                    writes DIR/SHA256SUMS
    scripts/release.py notes                       the changelog's section of this version
    scripts/release.py version

Cargo.toml holds version, description, licence, MSRV and addresses. pkg/SHA256SUMS holds the checksums of the
newest release. All files in RENDERED come from these two. Without checksums of this version they contain
zeros, so that nothing unpublished can be installed by mistake.
Needs Python 3.11 and git.
"""

import argparse
import gzip
import hashlib
import io
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

# Files that are made, and their templates below pkg/templates.
RENDERED = {
    "action.yml": "action.yml",
    "templates/compile.yml": "gitlab.yml",
    ".pre-commit-hooks.yaml": "pre-commit-hooks.yaml",
    "pkg/pre-commit-mirror/.pre-commit-hooks.yaml": "pre-commit-hooks.yaml",
    "pkg/pre-commit-mirror/pyproject.toml": "pre-commit-mirror.toml",
    "python/README.md": "pypi.md",
    "pkg/install.sh": "install.sh",
    "pkg/install.ps1": "install.ps1",
    "pkg/homebrew/crosspyc.rb": "homebrew.rb",
    "pkg/scoop/crosspyc.json": "scoop.json",
    "pkg/conda/recipe.yaml": "conda.yaml",
    "pkg/nix/package.nix": "package.nix",
    "pkg/Containerfile": "Containerfile",
    ".github/ISSUE_TEMPLATE/config.yml": "issues.yml",
}
# The platforms that have a release archive.
TRIPLES = [
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "s390x-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
    "aarch64-pc-windows-msvc",
]
PROGRAMS = ["crosspyc", "crosspyc-run"]
DOCUMENTS = ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"]
PLACEHOLDER = "_OWNER_"
NO_SUM = "0" * 64
VARIABLE = re.compile(r"@([A-Z][A-Z0-9_]*)(?::([^@\s]+))?@")


class Facts:
    """What Cargo.toml and the checksums say, below `root`."""

    def __init__(self, root: Path, sums: Path | None = None) -> None:
        self.root = root
        self.package = tomllib.loads((root / "Cargo.toml").read_text())["package"]
        self.version = self.package["version"]
        self.repository = self.package["repository"].rstrip("/")
        self.sums = read_sums(sums or root / "pkg" / "SHA256SUMS")

    def variable(self, name: str, argument: str | None) -> str:
        """The value of `@NAME@` or `@NAME:ARGUMENT@` in a template."""
        match name:
            case "VERSION":
                return self.version
            case "DESCRIPTION" | "LICENSE" | "HOMEPAGE" | "DOCUMENTATION":
                return self.package[name.lower()]
            case "MSRV":
                return self.package["rust-version"]
            case "REPOSITORY":
                return self.repository
            case "SLUG":
                return "/".join(self.repository.split("/")[-2:])
            case "DOWNLOADS":
                return f"{self.repository}/releases/download/v{self.version}"
            case "ARCHIVE":
                return archive_name(self.version, argument)
            case "SHA256":
                return self.sums.get(archive_name(self.version, argument), NO_SUM)
        raise SystemExit(f"@{name}@ is not a variable of templates")

    def render(self, template: str) -> str:
        text = (self.root / "pkg" / "templates" / template).read_text()
        return VARIABLE.sub(lambda found: self.variable(found[1], found[2]), text)


def read_sums(path: Path) -> dict[str, str]:
    """The checksums of a file in the format of sha256sum, by file name."""
    if not path.exists():
        return {}
    pairs = (line.split() for line in path.read_text().splitlines())
    return {name.lstrip("*"): digest for digest, name in pairs}


def archive_name(version: str, triple: str | None) -> str:
    if triple not in TRIPLES:
        raise SystemExit(f"{triple} has no release archive")
    return f"crosspyc-{version}-{triple}.{'zip' if 'windows' in triple else 'tar.gz'}"


# ── render ──────────────────────────────────────────────────────────────────────────────────────────────────


def render(facts: Facts, out: Path) -> None:
    for path, template in RENDERED.items():
        target = out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(facts.render(template))
        if target.suffix == ".sh":
            target.chmod(0o755)


# ── archive ─────────────────────────────────────────────────────────────────────────────────────────────────


def members(root: Path, binaries: Path, generated: Path, suffix: str) -> dict[str, tuple[bytes, int]]:
    """Contents and modes of an archive's files, by name in the archive's folder."""
    files = {}
    for program in PROGRAMS:
        files[program + suffix] = ((binaries / (program + suffix)).read_bytes(), 0o755)
    for document in DOCUMENTS:
        files[document] = ((root / document).read_bytes(), 0o644)
    for folder in ("complete", "man"):
        found = sorted((generated / folder).iterdir()) if (generated / folder).is_dir() else []
        if not found:
            raise SystemExit(f"{generated / folder} is empty: scripts/package generated")
        for path in found:
            files[f"{folder}/{path.name}"] = (path.read_bytes(), 0o644)
    return dict(sorted(files.items()))


def commit_time(root: Path) -> int:
    """SOURCE_DATE_EPOCH, else the time of the last commit."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    shown = subprocess.run(["git", "show", "-s", "--format=%ct", "HEAD"], cwd=root, check=True, capture_output=True)
    return int(shown.stdout)


def tar_gz(folder: str, files: dict[str, tuple[bytes, int]], time: int) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, (data, mode) in files.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mode, entry.mtime = len(data), mode, time
            archive.addfile(entry, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), compresslevel=9, mtime=0)


def zip_file(folder: str, files: dict[str, tuple[bytes, int]], time: int) -> bytes:
    from datetime import datetime, timezone

    stamp = datetime.fromtimestamp(max(time, 315532800), timezone.utc).timetuple()[:6]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, (data, mode) in files.items():
            entry = zipfile.ZipInfo(f"{folder}/{name}", stamp)
            entry.create_system, entry.external_attr = 3, (0o100000 | mode) << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED, compresslevel=9)
    return packed.getvalue()


def archive(facts: Facts, triple: str, binaries: Path, generated: Path, out: Path) -> Path:
    name = archive_name(facts.version, triple)
    folder = f"crosspyc-{facts.version}-{triple}"
    suffix = ".exe" if "windows" in triple else ""
    pack = zip_file if "windows" in triple else tar_gz
    data = pack(folder, members(facts.root, binaries, generated, suffix), commit_time(facts.root))
    out.mkdir(parents=True, exist_ok=True)
    (out / name).write_bytes(data)
    return out / name


def write_sums(folder: Path) -> None:
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / "SHA256SUMS").write_text("".join(lines))


# ── check ───────────────────────────────────────────────────────────────────────────────────────────────────


def tracked(root: Path) -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True)
    return [name for name in listed.stdout.decode().split("\0") if name and (root / name).is_file()]


def section(root: Path, heading: str) -> str | None:
    """The text below `## HEADING` in the changelog."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", (root / "CHANGELOG.md").read_text(), re.M | re.S)
    return found and found[1].strip()


def released_heading(version: str) -> str:
    return re.escape(version) + r" \(\d{4}-\d\d-\d\d\)"


def locked_versions(facts: Facts) -> list[str]:
    """Lock files that name another version of crosspyc."""
    wrong = []
    for path in ("Cargo.lock", "fuzz/Cargo.lock"):
        packages = tomllib.loads((facts.root / path).read_text())["package"]
        for version in [package["version"] for package in packages if package["name"] == "crosspyc"]:
            if version != facts.version:
                wrong.append(f"{path}: crosspyc {version}, but Cargo.toml has {facts.version}")
    return wrong


def changelog(facts: Facts, tag: str | None) -> list[str]:
    """In development there is a section Unreleased. A tag has a section of its version with a date."""
    released = section(facts.root, released_heading(facts.version))
    if tag is None:
        if not released and section(facts.root, "Unreleased") is None:
            return [f"CHANGELOG.md: neither a section Unreleased nor one for {facts.version}"]
        return []
    wrong = []
    if tag != f"v{facts.version}":
        wrong.append(f"tag {tag}, but Cargo.toml has version {facts.version}")
    if not released:
        wrong.append(f"CHANGELOG.md: no section '## {facts.version} (YYYY-MM-DD)' with text")
    if section(facts.root, "Unreleased"):
        wrong.append("CHANGELOG.md: the section Unreleased is not empty")
    if PLACEHOLDER in str(facts.package):
        wrong.append(f"Cargo.toml still has the placeholder {PLACEHOLDER}")
    return wrong


def stale_files(facts: Facts) -> list[str]:
    """Files of RENDERED that are not what the templates give."""
    wrong = []
    for path, template in RENDERED.items():
        file = facts.root / path
        if not file.exists() or file.read_text() != facts.render(template):
            wrong.append(f"{path}: not what the template gives: scripts/release.py render")
    return wrong


# How texts name the repository, its pages, and the version to use.
ADDRESS = re.compile(r"(?:github\.com|raw\.githubusercontent\.com|ghcr\.io|\$CI_SERVER_FQDN|uses:) ?/?([\w.-]+/crosspyc)\b")
PAGES = re.compile(r"https://[\w.-]+\.github\.io/crosspyc\b")
PINNED = re.compile(r"\bcrosspyc(?:/compile)?(?:@v?|==|:|\n\s+rev: v)(\d+\.\d+\.\d+)\b")


def texts(facts: Facts) -> list[tuple[str, str]]:
    """The tracked files that are text, and are not made of templates."""
    found = []
    for name in tracked(facts.root):
        if name not in RENDERED and not name.startswith("testdata/"):
            try:
                found.append((name, (facts.root / name).read_text()))
            except UnicodeDecodeError:
                pass
    return found


def foreign_addresses(facts: Facts) -> list[str]:
    """Files that name another repository, other pages or another version of crosspyc than Cargo.toml."""
    slug, pages = facts.variable("SLUG", None), facts.package["documentation"].rstrip("/")
    wrong = []
    for name, text in texts(facts):
        for found in sorted(set(ADDRESS.findall(text)) - {slug}):
            wrong.append(f"{name}: the address {found}; Cargo.toml has {slug}")
        for found in sorted(set(PAGES.findall(text)) - {pages}):
            wrong.append(f"{name}: the address {found}; Cargo.toml has {pages}")
        for found in sorted(set(PINNED.findall(text)) - {facts.version}):
            wrong.append(f"{name}: crosspyc {found}, but Cargo.toml has {facts.version}")
    return wrong


def rust_versions(facts: Facts) -> list[str]:
    """Files that ask for another Rust than Cargo.toml."""
    msrv, wrong = facts.package["rust-version"], []
    named = re.compile(r"\b(?:Rust|MSRV|rustc|rust-version:) [\[\"']*(1\.\d+)")
    files = ["README.md", "CONTRIBUTING.md", *(n for n in tracked(facts.root) if n.startswith((".github/", "docs/")))]
    for name in files:
        path = facts.root / name
        if path.suffix not in {".md", ".yml", ".yaml"} or not path.exists():
            continue
        for found in sorted(set(named.findall(path.read_text())) - {msrv}):
            wrong.append(f"{name}: Rust {found}, but rust-version in Cargo.toml is {msrv}")
    return wrong


def binstall(facts: Facts) -> list[str]:
    """cargo-binstall would ask for other archives than there are."""
    metadata = facts.package.get("metadata", {}).get("binstall", {})
    wrong = []
    for triple in TRIPLES:
        override = metadata.get("overrides", {}).get(triple, {})
        suffix = {"tgz": ".tar.gz", "zip": ".zip"}.get(override.get("pkg-fmt", metadata.get("pkg-fmt")), "?")
        values = {"repo": facts.repository, "name": "crosspyc", "version": facts.version, "target": triple}
        url = re.sub(r"\{ ([\w-]+) \}", lambda m: (values | {"archive-suffix": suffix})[m[1]], metadata.get("pkg-url", ""))
        expected = f"{facts.variable('DOWNLOADS', None)}/{archive_name(facts.version, triple)}"
        if url != expected:
            wrong.append(f"Cargo.toml: cargo-binstall gets {url}, but the archive is {expected}")
    return wrong


# Each platform's archive is installed by one of these.
INSTALLERS = ["install.sh", "install.ps1"]


def installers(facts: Facts) -> list[str]:
    """Platforms that no installer knows, and settings that only one of the installers has."""
    sources = {name: (facts.root / "pkg" / "templates" / name).read_text() for name in INSTALLERS}
    wrong = []
    for triple in TRIPLES:
        named = [text for text in sources.values() if re.search(rf"'?{triple}'?\s+\$?sum ?= ?'?@SHA256:{triple}@", text)]
        if len(named) != 1:
            wrong.append(f"pkg/templates: {len(named)} installers install {triple} with its checksum")
    settings = {name: set(re.findall(r"\bCROSSPYC_[A-Z_]+", text)) for name, text in sources.items()}
    for name in sorted(set.union(*settings.values()) - set.intersection(*settings.values())):
        wrong.append(f"pkg/templates: only one of {' and '.join(INSTALLERS)} knows {name}")
    return wrong


# Columns of the tables of conformance, and the lines of the snapshots that they show.
FIGURES = {
    "modules": "modules",
    "code identical": "identical code",
    "bytes identical": "identical bytes",
    "rejected by both": "rejected by both",
}


def snapshots(root: Path) -> dict[str, dict[str, int]]:
    """The figures of testdata/conformance, by the release that was compared with."""
    figures = {}
    for path in (root / "testdata" / "conformance").glob("*.snap"):
        lines = re.findall(r"^([a-z ]+): (\d+)$", path.read_text(), re.M)
        figures[path.stem] = {name: int(value) for name, value in lines}
    return figures


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a Markdown text, as rows of cells."""
    found, rows = [], []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif rows:
            found.append(rows)
            rows = []
    return found


def conformance_figures(facts: Facts) -> list[str]:
    """Tables of conformance, in README.md and docs/, with other figures than the snapshots."""
    known, wrong, seen = snapshots(facts.root), [], 0
    for name in [n for n in tracked(facts.root) if n == "README.md" or n.startswith("docs/") and n.endswith(".md")]:
        for header, *rows in tables((facts.root / name).read_text()):
            columns = {title.lower(): index for index, title in enumerate(header)}
            if "code identical" not in columns:
                continue
            for row in rows:
                figures = next((known[r] for r in re.findall(r"\b3\.\d+\.\d+\b", row[0]) if r in known), None)
                if figures is None:
                    continue
                seen += 1
                wrong += wrong_figures(name, row, columns, figures)
    return wrong or ([] if seen else ["README.md, docs/: no table of conformance ('code identical')"])


def wrong_figures(name: str, row: list[str], columns: dict[str, int], figures: dict[str, int]) -> list[str]:
    wrong = []
    for column, line in FIGURES.items():
        if column in columns:
            shown = int(row[columns[column]].split()[0].replace(",", ""))
            if shown != figures[line]:
                wrong.append(f"{name}: {row[0]}: {column} {shown}, but testdata/conformance has {figures[line]}")
    return wrong


def check(facts: Facts, tag: str | None) -> list[str]:
    return [
        *locked_versions(facts),
        *changelog(facts, tag),
        *stale_files(facts),
        *foreign_addresses(facts),
        *rust_versions(facts),
        *binstall(facts),
        *installers(facts),
        *conformance_figures(facts),
    ]


# ── command line ────────────────────────────────────────────────────────────────────────────────────────────


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent, help=argparse.SUPPRESS)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check").add_argument("--tag")
    command = commands.add_parser("render")
    command.add_argument("--sums", type=Path)
    command.add_argument("--out", type=Path)
    command = commands.add_parser("archive")
    command.add_argument("triple", choices=TRIPLES)
    command.add_argument("binaries", type=Path)
    command.add_argument("--out", type=Path, required=True)
    command.add_argument("--generated", type=Path, default=Path("target/generated"))
    commands.add_parser("sums").add_argument("folder", type=Path)
    commands.add_parser("notes")
    commands.add_parser("version")
    return parser.parse_args()


def main() -> None:
    # Shells on Windows read the output.
    sys.stdout.reconfigure(newline="\n")
    args = arguments()
    facts = Facts(args.root, getattr(args, "sums", None))
    match args.command:
        case "check":
            wrong = check(facts, args.tag)
            if wrong:
                sys.exit("\n".join(wrong))
            print(f"versions, addresses, figures and packages agree: crosspyc {facts.version}")
        case "render":
            render(facts, args.out or args.root)
        case "archive":
            print(archive(facts, args.triple, args.binaries, args.generated, args.out))
        case "sums":
            write_sums(args.folder)
        case "notes":
            heading = released_heading(facts.version)
            print(section(args.root, heading) or sys.exit(f"CHANGELOG.md has no section for {facts.version}"))
        case "version":
            print(facts.version)


if __name__ == "__main__":
    main()
