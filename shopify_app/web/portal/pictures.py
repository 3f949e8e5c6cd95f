"""A subscription before and after an edit, and what may be done with it, as JSON that `schemas` promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from shopify_app.edits.contract import out_of_stock
from shopify_app.edits.contract.picture import Line, Picture
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.web.portal import shapes, tongue
from shopify_app.web.portal.date_deed import DateDeed
from shopify_app.web.portal.deed import Choice, Deed, Lists
from shopify_app.web.portal.fields import Day, Field, Text, Whole, Word


def picture(seen: Picture, currency: str) -> Json:
    """Return a subscription as a preview shows it."""
    return {
        "status": seen.status,
        "resumes_on": shapes.day(seen.resumes_at).isoformat() if seen.resumes_at else None,
        "lines": [_line(line, currency) for line in seen.lines],
        "shipping_price": shapes.money(seen.shipping, currency),
        "total": shapes.money(seen.total, currency),
        "billing": shapes.rhythm(seen.billing),
        "dates": None if seen.dates is None else [shapes.day(at).isoformat() for at in seen.dates],
        "note": seen.note,
        "address": shapes.address(seen.address),
        "delivery": seen.delivery,
        "delivery_kind": seen.kind,
        "place": (seen.place or {}).get("name"),
        "payment_method": number_of(seen.payment_method) if seen.payment_method else None,
        "backup_method": number_of(seen.backup_method) if seen.backup_method else None,
        "discounts": [each.title or "" for each in seen.discounts],
        "out_of_stock": out_of_stock.word(seen.out_of_stock),
    }


def option(deed: Deed | DateDeed, why_not: str | None, lists: Lists, tomorrow: date, currency: str) -> Json:
    """Return one action as it stands: whether it is possible, and what each field of its body may be."""
    return {
        "action": deed.name,
        "possible": why_not is None,
        "reason": shapes.reason(why_not),
        "inputs": [
            _input(name, field, lists.get(name), tomorrow, currency) for name, field in deed.body.fields.items()
        ],
    }


def _line(line: Line, currency: str) -> Json:
    return {
        "line": number_of(line.gid) if line.gid else None,
        "title": line.title,
        "variant": shapes.variant(line.variant_title),
        "quantity": line.quantity,
        "price": shapes.money(line.price, currency),
        "total": shapes.money(line.total, currency),
    }


def _input(name: str, field: Field, listed: Sequence[Choice] | None, tomorrow: date, currency: str) -> Json:
    if listed is None and isinstance(field, Word):
        speaks = tongue.speaks()
        listed = [Choice(word, speaks.say(f"{name}_{word}")) for word in field.words]
    bounds = (field.least, field.most) if isinstance(field, Whole) else (None, None)
    return {
        "field": name,
        "needed": field.needed,
        "values": None if listed is None else [value(each, currency) for each in listed],
        "least": bounds[0],
        "most": bounds[1],
        "longest": field.longest if isinstance(field, Text) else None,
        "earliest": tomorrow.isoformat() if isinstance(field, Day) else None,
    }


def value(choice: Choice, currency: str) -> Json:
    """Return what a field may be."""
    return {
        "value": choice.value,
        "words": choice.words,
        "price": None if choice.price is None else shapes.money(choice.price, currency),
        "image_url": choice.image_url,
        "now": choice.is_now,
        "of": choice.of,
    }
