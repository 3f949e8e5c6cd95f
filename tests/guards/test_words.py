"""Every word of the merchant's pages is marked, collected, and said in German; nothing is guessed."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from shopify_app.commands import words
from shopify_app.shops.language import LANGUAGES
from tests.guards import unmarked
from tests.guards.source import APP

WEB = APP / "web"
OTHERS = [lang for lang in LANGUAGES if lang != "en"]
PLACE = re.compile(r"%\((\w+)\)s|%%|%(?!\()")
SHOPPERS = ("templates/links/", "templates/proxy/")
"""Pages of shoppers: their words are in the JSON catalogues (decision 0006)."""
EXCUSED = {
    "admin/events.py": {"{% for item in event.Items %} … {% endfor %}"},
    "admin/fulfillment/settings.py": {"Slack"},
    "admin/health.py": {"Klaviyo"},
    "errors.py": {"Allow"},
    "embed.py": {"frame-ancestors \ufffc", "\ufffc; base-uri 'self'; object-src 'none'"},
    "bounce.py": {"holds the client id, which every page shows, and nothing of any shop"},
    "install.py": {"Lax", "begins an install; only Shopify's signed answer finishes it"},
    "templates/embed/bounce.html": {"Perennial"},
    "templates/embed/notice.html": {"Perennial"},
    "templates/error.html": {"Perennial · \ufffc"},
    "templates/layout/document.html": {"\ufffc · Perennial"},
    "templates/layout/part.html": {"\ufffc · Perennial"},
    "templates/settings/flow.html": {"Shopify Flow"},
    "admin/navigation.py": {"Shopify Flow"},
    "templates/settings/klaviyo.html": {"Klaviyo", "pk_…"},
    "language.py": {"English", "Deutsch"},
    "admin/sentences.py": {"Klaviyo", "Shopify Flow"},
    "access.py": {"Authorization"},
    "admin/render.py": {"Vary", "HX-Request, HX-History-Restore-Request, Authorization"},
    "admin/actions.py": {"\ufffc: asked in words first."},
    "admin/dates/views.py": {"\ufffc: asked in words first."},
    "admin/changes/views.py": {"\ufffc: shown before and after first."},
}
"""Names, which are the same in every language, and what only machines and operators read."""
NOT_FOR_MERCHANTS = {
    "cors.py",
    "bodies.py",
    "health.py",
    "webhooks.py",
    "flow.py",
    "feed.py",
    "voice.py",
    "missing.py",
    "forbidden.py",
}


@cache
def catalogue(language: str) -> Catalog:
    with words.path_of(language).open("rb") as text:
        return read_po(text, locale=language)


@pytest.mark.parametrize("language", OTHERS)
def test_every_message_is_in_the_catalogue_and_translated(language: str):
    found = {
        (message.context, message.id if isinstance(message.id, str) else tuple(message.id)): message
        for message in catalogue(language)
        if message.id
    }
    assert set(found) == set(words.collected()), "run bin/words"
    lacking = [message.id for message in found.values() if not words.is_whole(message) or message.fuzzy]
    assert not lacking, f"translate these in {words.path_of(language)}, then run bin/words"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_places_the_tags_and_the_edges_of_its_message(language: str):
    wrong = []
    for message in catalogue(language):
        if not message.id:
            continue
        sources = message.id if isinstance(message.id, tuple | list) else (message.id,)
        said = message.string if isinstance(message.string, tuple | list) else (message.string,)
        for form in said:
            known = {place for source in sources for place in PLACE.findall(source)}
            same = set(PLACE.findall(form)) <= known if len(said) > 1 else _signs(form) == _signs(sources[0])
            edges = (form[:1] == " ", form[-1:] == " ") == (sources[0][:1] == " ", sources[0][-1:] == " ")
            if not same or not edges or _tags(form) != _tags(sources[-1]):
                wrong.append((message.id, form))
    assert not wrong


def _signs(text: str) -> list[str]:
    return sorted(found.group() for found in PLACE.finditer(text))


def _tags(text: str) -> list[str]:
    """Tags, and signs that would end an attribute or be read as a tag."""
    return sorted(re.findall(r"<[^>]*>|[\"<>&]", text))


def test_no_words_stand_unmarked():
    found = {name: what for name, what in _unmarked().items() if what}
    assert not found, "mark these with _, N_, kept or ngettext, see docs/translating.md"


def _unmarked() -> dict[str, list[str]]:
    found = {}
    for path in [*(WEB / "templates").rglob("*.html"), *(WEB / "admin").rglob("*.py"), *WEB.glob("*.py")]:
        name = path.relative_to(WEB).as_posix()
        if name.startswith(SHOPPERS) or name in NOT_FOR_MERCHANTS:
            continue
        if path.suffix == ".html":
            said = unmarked.in_template(path)
        else:
            said = [text for _, text in unmarked.in_python(path)]
        found[name] = [text for text in said if text not in EXCUSED.get(name, ())]
    return found


def test_the_guard_sees_what_is_not_marked(tmp_path: Path):
    page = tmp_path / "page.html"
    page.write_text('<s-text label="Day {{ x }}">{{ _("Marked") }} {{ "Press" if y else 1 }}<b>two</b></s-text>')
    assert unmarked.in_template(page) == ["Day \ufffc", "two", "Press"]
    module = tmp_path / "module.py"
    module.write_text(
        '"""Doc."""\nA = {"key": N_("Marked"), "b": "Not so"}\nB = f"{A} days"\nlog.info("To the log")\n'
    )
    assert unmarked.in_python(module) == [(2, "Not so"), (3, "\ufffc days")]
