"""What neither TypeScript nor Shopify's CLI says about the account extension: where it runs, and what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from shopify_app.commands.extensions import address_file

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "extensions/account"
SOURCES = sorted((FOLDER / "src").rglob("*.ts*"))
TEXT = {path: path.read_text() for path in SOURCES}
LOCALES = sorted((FOLDER / "locales").glob("*.json"))
PLURALS = {"one", "many", "other"}
FORBIDDEN = (
    r"\bwindow\.", r"\bparent\b\s*\.", r"document\.(?!body\b)", r"\b(local|session)Storage\b", r"\bstyle\s*=",
    r"\bclassName\s*=", r"\bclass=", r"\.css\b", r"\binnerHTML\b", r"<(?!s-)[a-z]+[ >/]",
)  # fmt: skip
"""A worker with a remote DOM has none of these, and Shopify takes no CSS."""


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_source_reaches_for_nothing_that_a_worker_has_not(path: Path) -> None:
    code = re.sub(r"//.*|/\*.*?\*/", "", TEXT[path])
    markup = code if path.suffix == ".tsx" else ""
    for pattern in FORBIDDEN:
        found = re.search(pattern, markup if pattern.startswith("<") else code)
        assert not found, f"{path.name}: {found.group()!r}"


def test_the_rule_finds_what_it_forbids() -> None:
    bad = ("window.parent.x", "document.cookie", "localStorage", '<div class="a">', "sessionStorage.x", "style={{}}")
    for text in bad:
        assert any(re.search(pattern, text) for pattern in FORBIDDEN), text


def test_there_are_the_five_languages_of_shoppers() -> None:
    assert [path.name for path in LOCALES] == ["de.json", "en.default.json", "es.json", "fr.json", "ja.json"]


@pytest.mark.parametrize("path", LOCALES, ids=lambda path: path.stem)
def test_a_language_has_every_word_with_the_same_gaps(path: Path) -> None:
    english, other = (_words(each) for each in (FOLDER / "locales/en.default.json", path))
    assert set(other) == set(english)
    assert {key: _gaps(text) for key, text in other.items()} == {key: _gaps(text) for key, text in english.items()}
    assert all(text.strip() for text in other.values())


def test_every_word_that_is_asked_for_is_there_and_every_one_is_asked_for() -> None:
    words, code = set(_words(FOLDER / "locales/en.default.json")), "\n".join(TEXT.values())
    asked = set(re.findall(r"""['"`]([a-z_]+(?:\.[a-zA-Z_]+)*)['"`]""", code))
    built = {text.split("${")[0] for text in re.findall(r"t\(`([^`]+)`", code)}
    toml = set(re.findall(r'"t:(\w+)"', (FOLDER / "shopify.extension.toml").read_text()))
    assert all(built)
    plain = set(re.findall(r"\bt\('([^']+)'", code))
    assert plain <= words, plain - words
    unused = {key for key in words - asked - toml if not any(key.startswith(start) for start in built)}
    assert not unused


def test_the_address_of_the_app_is_the_one_it_is_deployed_at() -> None:
    wanted = address_file(ROOT / "shopify.app.toml")
    assert TEXT[FOLDER / "src/address.ts"] == wanted, "run `bin/perennial extensions`"
    assert "https://perennial.example.com'" in wanted


def _words(path: Path) -> dict[str, str]:
    """Key → text; a plural is one key with its general form."""
    found: dict[str, str] = {}

    def walk(at: dict[str, Any], before: str) -> None:
        for name, value in at.items():
            if isinstance(value, dict) and set(value) <= PLURALS and "other" in value:
                found[before + name] = value["other"]
            elif isinstance(value, dict):
                walk(value, f"{before}{name}.")
            else:
                found[before + name] = value

    walk(json.loads(path.read_text()), "")
    return found


def _gaps(text: str) -> list[str]:
    return sorted(re.findall(r"\{\{\w+\}\}", text))
