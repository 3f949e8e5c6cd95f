"""What the documents say of themselves is true: links lead somewhere, pictures are small, the menu is the app's."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from shopify_app.web.admin import navigation
from tests.guards.source import ROOT

OTHERS = ("node_modules", ".")
PAGES = [
    page
    for depth in ("*.md", "*/*.md", "*/*/*.md")
    for page in sorted(ROOT.glob(depth))
    if not str(page.relative_to(ROOT)).startswith(OTHERS)
]
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
HEADING = re.compile(r"(?m)^#+ (.+)$")
MOST = 150 * 1024
"""Bytes of a picture: whoever reads the guide on a train waits for each."""


def test_links_lead_to_files_and_headings_that_exist():
    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page, _sign, _words, target in _links()
        if not _exists(page, *target.partition("#")[::2])
    ]
    assert PAGES and not dead


def test_pictures_are_small_used_and_described():
    shown = {(page.parent / target).resolve() for page, sign, _words, target in _links() if sign}
    there = set((ROOT / "docs/images").glob("*"))
    assert there <= shown, f"nobody shows {sorted(path.name for path in there - shown)}"
    assert not [path.name for path in there if path.stat().st_size > MOST], "see tests/browser/pictures.py"
    assert all(words for _page, sign, words, _target in _links() if sign), "say what the picture shows"


def test_the_guide_knows_the_menu():
    guide = (ROOT / "docs/merchant-guide.md").read_text()
    for section in navigation.SECTIONS:
        if len(section.tabs) > 1:
            said = ", ".join(str.__str__(tab.label) for tab in section.tabs)
            assert f"| {section.label} | {said} |" in guide, "the table of *Finding your way*"


def _links() -> list[tuple[Path, str, str, str]]:
    """Page, "!" for a picture, words, target: of all links that stay within the project."""
    found = [(page, *link) for page in PAGES for link in LINK.findall(page.read_text())]
    return [link for link in found if not link[3].startswith(("http:", "https:", "mailto:"))]


def _exists(page: Path, path: str, anchor: str) -> bool:
    place = page.parent / path if path else page
    return place.exists() and (not anchor or anchor in _anchors(place))


@cache
def _anchors(page: Path) -> set[str]:
    """The names of a page's headings in links, as GitHub makes them."""
    return {re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") for words in HEADING.findall(page.read_text())}
