"""What neither TypeScript nor Shopify's CLI says about the action on a product: where it runs, and what it says."""

from __future__ import annotations

import re

import pytest

from tests.guards.test_account_extension import FORBIDDEN, ROOT, _gaps, _words

FOLDER = ROOT / "extensions/purchase-options"
TEXT = {path: path.read_text() for path in sorted((FOLDER / "src").rglob("*.ts*"))}
ENGLISH, GERMAN = (_words(FOLDER / "locales" / name) for name in ("en.default.json", "de.json"))


@pytest.mark.parametrize("path", TEXT, ids=lambda path: path.stem)
def test_a_source_reaches_for_nothing_that_a_worker_has_not(path):
    code = re.sub(r"//.*|/\*.*?\*/", "", TEXT[path])
    for pattern in FORBIDDEN:
        if pattern.startswith("<") and path.suffix != ".tsx":
            continue
        found = re.search(pattern, re.sub(r"<\w+>\(|: \w+<[^>]*>|useState<[^>]*>|<(?:T|Offer|Outcome)>", "", code))
        assert not found, f"{path.name}: {found.group()!r}"


def test_both_languages_have_every_word_and_every_word_is_asked_for():
    assert set(GERMAN) == set(ENGLISH)
    assert {key: _gaps(text) for key, text in GERMAN.items()} == {key: _gaps(text) for key, text in ENGLISH.items()}
    code = "\n".join(TEXT.values())
    asked = set(re.findall(r"'([a-z_]+)'", code)) | {"name"}
    starts = set(re.findall(r"t\(`(\w+)\.\$\{", code))
    plain = set(re.findall(r"\bt\('([a-z_]+)'\)", code))
    assert plain <= set(ENGLISH) and starts == {"units", "discounts", "trouble"}
    assert not {key for key in ENGLISH if key.split(".")[0] not in asked | starts}


def test_the_action_stands_on_the_product_and_asks_the_app_by_relative_addresses():
    toml = (FOLDER / "shopify.extension.toml").read_text()
    assert 'target = "admin.product-purchase-option.action.render"' in toml
    assert 'target = "admin.product-variant-purchase-option.action.render"' in toml
    assert "http" not in "\n".join(TEXT.values())
