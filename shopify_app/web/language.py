"""Which language the merchant's pages speak: the one the shop chose, else what Shopify says of the person in front
of them, else that of staff's mails.

Shopify opens the app with `locale` in the address (Shopify docs, App Home: the launch parameters). The page then
sends it with every fetch in a header of ours; the `Accept-Language` that App Bridge adds is the shop's (Shopify docs,
resource fetching), not the person's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, request
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from shopify_app.channels.mail import settings as mail
from shopify_app.context import Context
from shopify_app.kit import speech
from shopify_app.kit.speech import ENGLISH, Tongue
from shopify_app.shops.language import LANGUAGES
from shopify_app.shops.models import Shop

FOLDER = Path(__file__).parent / "locales"
DOMAIN = "admin"
HEADER = "X-Perennial-Language"
PARAMETER = "locale"
_FACES = (None, "admin", "install", "install.bounce", "purchase_options")
"""Blueprints whose pages staff read; None: addresses that lead nowhere. Shoppers' pages have their own `voice`."""


def register(app: Flask) -> None:
    """Let the app's templates say words in the reader's language, and every request begin with it."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    # newstyle: places are filled, and escaped, by the call itself
    app.jinja_env.newstyle_gettext = True  # type: ignore[attr-defined]
    said: dict[str, Callable[..., str]] = {"gettext": speech._, "_": speech._, "ngettext": speech.ngettext}
    said["pgettext"] = speech.pgettext
    app.jinja_env.globals.update({name: _escaping(words) for name, words in said.items()})
    app.jinja_env.globals["language_tag"] = lambda: speech.spoken().tag
    app.jinja_env.globals["asked_language"] = lambda: tongue(asked()).tag if asked() else speech.spoken().tag
    app.before_request(_begin)
    app.teardown_request(lambda error: speech.speak(ENGLISH))


def asked() -> str | None:
    """Return the tag this request names, e.g. "de-AT"; None when it names none."""
    return request.args.get(PARAMETER) or request.headers.get(HEADER)


def tongue(tag: str | None) -> Tongue:
    """Return the language of a tag, with its region; English for one we do not speak and for no tag at all."""
    found = _parsed(tag or "")
    if found is None or found.language not in LANGUAGES:
        return ENGLISH
    if str(found) == "en":
        return ENGLISH
    return Tongue(found, catalogue(str(found.language)))


@cache
def catalogue(language: str) -> NullTranslations:
    """Return the translations into a language; read from its .po once in a process (a tenth of a second)."""
    path = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as text:
        write_mo(compiled, read_po(text, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def settle(context: Context, shop: Shop) -> None:
    """Speak the language the shop chose, with the region of who asks if it is theirs; else the one this request
    names, or that of mails to staff if it names none.
    """
    theirs, chosen = asked(), shop.staff_language
    if chosen:
        person = tongue(theirs)
        speech.speak(person if person.locale.language == chosen else tongue(chosen))
    elif theirs is not None:
        speech.speak(tongue(theirs))
    else:
        with context.db.session() as session:
            speech.speak(tongue(mail.language(session, shop)))


def _begin() -> None:
    speech.speak(tongue(asked()) if request.blueprint in _FACES else ENGLISH)


def _parsed(tag: str) -> Locale | None:
    """The locale of a tag; of one with a region nobody knows, its language's."""
    for attempt in (tag.replace("_", "-"), tag[:2]):
        try:
            return Locale.parse(attempt, sep="-")
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return None


def _escaping(say: Callable[..., str]) -> Callable[..., str]:
    """For templates: the words, which are ours, may hold tags; what fills their places is escaped."""

    @pass_eval_context
    def said(context: EvalContext, *messages: Any, **places: Any) -> str:
        if not context.autoescape:
            return say(*messages, **places)
        return Markup(say(*messages, **{name: escape(value) for name, value in places.items()}))  # noqa: S704

    return said
