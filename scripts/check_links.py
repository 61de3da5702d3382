"""Checks a built site: every link and every file that a page loads is in it, and anchors exist.

    python3 scripts/check_links.py target/site

Links to other hosts are not followed. Only links (`<a>`) may lead there: scripts, styles, fonts and images may not.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The anchors of a page, its links, and what it loads."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links, self.loads = set(), [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors.update(attributes[name] for name in ("id", "name") if attributes.get(name))
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        elif tag == "link" and attributes.get("rel") not in ("canonical", "next", "prev"):
            self.loads.append(attributes.get("href"))
        elif tag in ("script", "img", "iframe", "source") and attributes.get("src"):
            self.loads.append(attributes["src"])


def main():
    site = Path(sys.argv[1]).resolve()
    pages = {path: Page(path) for path in sorted(site.rglob("*.html"))}
    faults, checked = [], 0
    for path, page in pages.items():
        if path.name == "404.html":
            continue
        for target in page.links + page.loads:
            checked += 1
            fault = judge(site, path, target, pages, target in page.loads)
            if fault:
                faults.append(f"{path.relative_to(site)}: {target}: {fault}")
    for style in site.rglob("*.css"):
        for target in re.findall(r"url\(['\"]?([^'\")]+)", style.read_text(encoding="utf-8")):
            if target.startswith(("http:", "https:", "//")):
                faults.append(f"{style.relative_to(site)}: {target}: loaded from another host")
    print("\n".join(faults) or f"{len(pages)} pages, {checked:,} links: all lead somewhere")
    sys.exit(1 if faults or not pages else 0)


def judge(site, path, target, pages, is_loaded):
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return "loaded from another host" if is_loaded and parts.scheme != "data" else None
    file = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
    if file.is_dir():
        file /= "index.html"
    if not file.is_file() or site not in file.parents:
        return "no such file"
    if parts.fragment and file in pages and unquote(parts.fragment) not in pages[file].anchors:
        return "no such anchor"
    return None


if __name__ == "__main__":
    main()
