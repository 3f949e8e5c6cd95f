"""`bin/words`: collects what the merchant's pages say and brings the catalogues up to date (docs/decisions/0018).

`bin/words --from FILE` also takes translations from another .po: one a translator sent back, or another branch's.

Collected are `_`, `N_`, `pgettext` and `ngettext` in Python, the same and trans blocks in templates, and the nouns
given to `plural`, as a function and as a filter: each with words that stand there literally. What events and triggers
say of themselves is taken from their tables: Klaviyo and Shopify get the same words in English.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

from shopify_app import __version__
from shopify_app.channels.flow.triggers import GROUPS, TRIGGERS
from shopify_app.channels.klaviyo.events.common import BASE, ITEM
from shopify_app.channels.klaviyo.events.told import EVENTS
from shopify_app.channels.klaviyo.profile import PROFILE
from shopify_app.shops.language import LANGUAGES
from shopify_app.web.language import DOMAIN, FOLDER

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "shopify_app"
WORDS = {"_": 1, "N_": 1, "kept": 1, "gettext": 1, "pgettext": 2, "ngettext": 2}
"""Function → how many of its arguments are words."""
NOUN = "plural"
Message = tuple[str | None, str | tuple[str, str]]
"""Context, and the message or its two forms."""


class NotLiteral(ValueError):
    """A marked text is put together when the program runs, so that nobody could have translated it."""


def main() -> int:
    """Write the catalogues and say what they lack; 1 when anything is missing."""
    parser = argparse.ArgumentParser(prog="bin/words", description="Bring the catalogues up to date.")
    parser.add_argument("--from", dest="others", metavar="FILE", type=Path, action="append", default=[])
    others = parser.parse_args().others
    missing = 0
    for language in LANGUAGES:
        if language == "en":
            continue
        catalogue = updated(language, others)
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_text(catalogue))
        lacking = [message for message in catalogue if message.id and not is_whole(message)]
        missing += len(lacking)
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} messages, {len(lacking)} to translate")
        for message in lacking:
            print(f"  {message.id}")
    return int(missing > 0)


def path_of(language: str) -> Path:
    """Return where a language's words are kept."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def updated(language: str, others: Sequence[Path] = ()) -> Catalog:
    """Return a language's catalogue with exactly the messages of the source; what it lacks is taken from `others`."""
    known = [_read(path, language) for path in (path_of(language), *others) if path.is_file()]
    fresh = Catalog(locale=language, domain=DOMAIN)
    for context, message in collected():
        told = [found for catalogue in known if (found := _translated(catalogue, context, message))]
        notes = told[0].user_comments if told else ()
        said = told[0].string if told else None
        fresh.add(message, said, context=context, user_comments=notes)
    return fresh


def _read(path: Path, language: str) -> Catalog:
    with path.open("rb") as text:
        return read_po(text, locale=language, domain=DOMAIN)


def _translated(catalogue: Catalog, context: str | None, message: str | tuple[str, str]) -> Any:
    """The entry of a message that is translated in all its forms and not guessed; None without one."""
    found = catalogue.get(message[0] if isinstance(message, tuple) else message, context)
    fits = found and not found.fuzzy and found.pluralizable == isinstance(message, tuple) and is_whole(found)
    return found if fits else None


def as_text(catalogue: Catalog) -> bytes:
    """Return the .po: sorted and without times and lines, so that two branches rarely change the same place."""
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 12, 1, tzinfo=UTC)
    catalogue.project, catalogue.version, catalogue.fuzzy = "Perennial", __version__, False
    catalogue.header_comment = "# What the merchant's pages say. Brought up to date by bin/words."
    catalogue.last_translator = catalogue.language_team = catalogue.msgid_bugs_address = "Perennial"
    written = BytesIO()
    write_po(written, catalogue, width=0, sort_output=True, no_location=True)
    return written.getvalue()


def is_whole(message: Any) -> bool:
    """Answer whether every form of a message of a catalogue is translated."""
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(said)


def collected() -> dict[Message, list[tuple[str, int]]]:
    """Return every message of the source → where it stands. Raises NotLiteral."""
    found: dict[Message, list[tuple[str, int]]] = {}
    for path in sorted([*APP.rglob("*.py"), *(APP / "web/templates").rglob("*.html")]):
        read = of_template if path.suffix == ".html" else of_python
        for message in read(path):
            place = (path.relative_to(ROOT).as_posix(), 1)
            places = found.setdefault(message, [])
            if place not in places:
                places.append(place)
    for words, folder in of_tables():
        found.setdefault((None, words), []).append((folder, 1))
    # gettext keeps one entry for "a" and for "a" with a plural
    forms = {message[0] for _, message in found if isinstance(message, tuple)}
    twice = [message for _, message in found if isinstance(message, str) and message in forms]
    if twice:
        raise NotLiteral(f"said with and without a plural form: {twice}")
    return found


def of_tables() -> Iterator[tuple[str, str]]:
    """Yield what stands in tables that are not for merchants alone, and the folder of the table."""
    said = [event.fires for event in EVENTS]
    said += [each.says for event in EVENTS for each in event.special]
    said += [each.says for each in (*BASE, *ITEM, *PROFILE)]
    for words in dict.fromkeys(said):
        yield words, "shopify_app/channels/klaviyo/events"
    for words in [*GROUPS, *(trigger.says for trigger in TRIGGERS)]:
        yield words, "shopify_app/channels/flow/triggers.py"


def of_python(path: Path) -> Iterator[Message]:
    """Yield the messages of a module that imports `kit.speech` or `plural`."""
    text = path.read_text("utf-8")
    if path == APP / "kit/speech.py" or ("speech" not in text and NOUN not in text):
        return
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        given = [arg.value if isinstance(arg, ast.Constant) else None for arg in node.args]
        if node.func.id == NOUN:
            yield _noun(given[1:], path, node.lineno)
        elif node.func.id in WORDS:
            yield _message(node.func.id, given, path, node.lineno)


def of_template(path: Path) -> Iterator[Message]:
    """Yield the messages of a template."""
    for node in parsed(path).find_all((nodes.Call, nodes.Filter)):
        assert isinstance(node, nodes.Call | nodes.Filter)
        given = [arg.value if isinstance(arg, nodes.Const) else None for arg in node.args]
        if isinstance(node, nodes.Filter) and node.name == NOUN:
            yield _noun(given, path, node.lineno)
        elif isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in WORDS:
            yield _message(node.node.name, given, path, node.lineno)


def parsed(path: Path) -> nodes.Template:
    """Return a template's tree, trans blocks as calls."""
    environment = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    environment.newstyle_gettext = True  # type: ignore[attr-defined]
    return environment.parse(path.read_text("utf-8"))


def _message(name: str, given: list[Any], path: Path, line: int) -> Message:
    words = given[: WORDS[name]]
    if len(words) < WORDS[name] or not all(isinstance(word, str) and word for word in words):
        raise NotLiteral(f"{path.relative_to(ROOT)}:{line}: {name}() wants words that stand there literally")
    if name == "pgettext":
        return words[0], words[1]
    return None, (words[0], words[1]) if name == "ngettext" else words[0]


def _noun(given: list[Any], path: Path, line: int) -> Message:
    if not given or not all(isinstance(word, str) for word in given):
        raise NotLiteral(f"{path.relative_to(ROOT)}:{line}: plural wants a noun that stands there literally")
    one, many = given[0], given[1] if len(given) > 1 else f"{given[0]}s"
    return None, (f"%(num)s {one}", f"%(num)s {many}")


if __name__ == "__main__":
    sys.exit(main())
