"""Draws a block of the app's theme extension as Shopify would: its own Liquid, filters and settings.

What a theme may use is Shopify's; of it, only what the extension needs is here, and anything else is an error
rather than an empty word (StrictUndefined would be stricter than Shopify: an unknown object is empty there).
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.numbers import format_currency
from liquid import Environment, FileSystemLoader, Mode
from liquid.filter import with_context
from markupsafe import escape

EXTENSION = Path(__file__).resolve().parents[3] / "extensions" / "storefront"
SCHEMA = re.compile(r"{%-?\s*schema\s*-?%}(.*?){%-?\s*endschema\s*-?%}", re.DOTALL)


def draw(
    block: str,
    root: str,
    locale: str,
    currency: str,
    settings: dict[str, Any],
    money_format: str = "{}",
    **objects: Any,
) -> str:
    """Return the HTML of a block. ``root``: this storefront's path; ``settings`` replace the schema's defaults.

    ``money_format``: what stands around an amount; many shops have HTML there (Shopify docs, Liquid: money).
    """
    source = (EXTENSION / "blocks" / f"{block}.liquid").read_text()
    found = SCHEMA.search(source)
    schema = json.loads(found[1]) if found else {}
    chosen = {each["id"]: each.get("default") for each in schema.get("settings", [])} | settings
    template = _environment().from_string(SCHEMA.sub("", source))
    return template.render(
        block={"id": f"b-{block}", "settings": chosen, "shopify_attributes": ""},
        section={"id": "main"},
        routes={"root_url": root, "account_url": f"{root}/account", "account_login_url": f"{root}/account/login"},
        localization={"language": {"iso_code": locale}},
        _shop={"root": root, "locale": locale, "currency": currency, "money_format": money_format},
        **objects,
    )


@cache
def _environment() -> Environment:
    environment = Environment(loader=FileSystemLoader(EXTENSION / "snippets", ext=".liquid"), tolerance=Mode.STRICT)
    environment.filters |= {"money": _money, "t": _translate, "asset_url": _asset_url, "json": _json}
    return environment


@with_context
def _money(value: Any, *, context: Any) -> str:
    shop = context.resolve("_shop")
    return str(shop["money_format"]).format(format_currency(Decimal(value) / 100, shop["currency"], locale="en_US"))


@with_context
def _asset_url(value: str, *, context: Any) -> str:
    return f"{context.resolve('_shop')['root']}/assets/{value}"


@with_context
def _translate(key: str, *, context: Any, **values: Any) -> str:
    words: Any = _words(context.resolve("_shop")["locale"])
    for part in key.split("."):
        words = words[part]
    if isinstance(words, dict):  # plural forms, chosen by `count` (Shopify docs, Liquid: translate)
        form = Locale.parse(context.resolve("_shop")["locale"]).plural_form(values["count"])
        words = words.get(form, words["other"])
    # what is filled in is escaped, unless the key ends in _html (Shopify docs, Liquid: translate)
    return re.sub(r"{{\s*(\w+)\s*}}", lambda found: str(escape(values[found[1]])), words)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


@cache
def _words(locale: str) -> dict[str, Any]:
    own = EXTENSION / "locales" / f"{locale}.json"
    path = own if own.is_file() else EXTENSION / "locales" / "en.default.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found
