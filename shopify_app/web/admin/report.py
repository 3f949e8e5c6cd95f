"""The answer to a data request as tables a person can read. Pure; the file to download holds every value.

Each feature's `held` adds a named list of rows. Those listed here are told in a merchant's words; a new one appears
by itself, its columns named after its keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from shopify_app.edits.contract import out_of_stock
from shopify_app.journal.models import Fact
from shopify_app.kit.gid import number_of
from shopify_app.kit.speech import N_, _
from shopify_app.web.admin import addresses, sentences, words
from shopify_app.web.format import moment, money

Row = dict[str, Any]
Cell = Callable[[Row, tzinfo], str]

MOST_ROWS = 200
"""Rows of one table on the page; a weekly subscription makes some 200 facts a year."""


class Table(NamedTuple):
    """One kind of thing that is held; `more` rows are in the file only."""

    heading: str
    columns: list[str]
    rows: list[list[str]]
    more: int = 0


def tables(report: Row, zone: tzinfo) -> list[Table]:
    """Return what a data request found, in the order a shopper would ask; what is empty is left out."""
    found = {
        (feature, name): rows
        for feature, held in report.items()
        for name, rows in held.items()
        if isinstance(rows, list) and rows
    }
    known = [key for key in _TABLES if key in found]
    others = [key for key in found if key not in _TABLES]
    return [_table(key, found[key], zone) for key in known + others]


def erased(report: Row) -> Table:
    """Return how many entries a redaction changed, feature by feature, as the proof of it."""
    counts = report.get("erased") or {}
    rows = [[str(_AREAS.get(feature, _spelled(feature))), str(count)] for feature, count in counts.items()]
    return Table(_("What was erased"), [_("Area"), _("Entries")], rows)


def _table(key: tuple[str, str], rows: Sequence[Row], zone: tzinfo) -> Table:
    heading, columns = _TABLES.get(key) or (_spelled(" ".join(key)), _columns_of(rows))
    cells = [[cell(row, zone) or "–" for cell in columns.values()] for row in rows[:MOST_ROWS]]
    return Table(str(heading), [str(name) for name in columns], cells, max(0, len(rows) - MOST_ROWS))


def _columns_of(rows: Sequence[Row]) -> dict[str, Cell]:
    names = dict.fromkeys(name for row in rows for name in row)
    return {_spelled(name): _value(name) for name in names}


def _value(name: str) -> Cell:
    return lambda row, zone: _text(row.get(name))


def _at(name: str) -> Cell:
    return lambda row, zone: _moment(row.get(name), zone)


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{_spelled(name)}: {_text(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return "; ".join(_text(inner) for inner in value)
    return "" if value is None else str(value)


def _moment(value: Any, zone: tzinfo) -> str:
    try:
        return moment(datetime.fromisoformat(str(value)), zone) if value else ""
    except ValueError:
        return str(value)


def _spelled(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _name(row: Row, zone: tzinfo) -> str:
    return " ".join(part for part in (row.get("first_name"), row.get("last_name")) if part)


def _contract(row: Row, zone: tzinfo) -> str:
    return f"#{number_of(_text(row.get('id')))}"


def _items(row: Row, zone: tzinfo) -> str:
    return ", ".join(f"{item.get('quantity')} × {item.get('title')}" for item in row.get("items") or [])


def _sent_to(row: Row, zone: tzinfo) -> str:
    method = row.get("delivery") or {}
    phone = (method.get("address") or {}).get("phone")
    lines = [*addresses.lines(method), *([phone] if phone else [])]
    return ", ".join(lines) or _text(method.get("location") or method.get("title"))


def _outcome(row: Row, zone: tzinfo) -> str:
    badge = words.ATTEMPT.get(row.get("state", ""))
    return str(badge.words) if badge else _text(row.get("state"))


def _sum(row: Row, zone: tzinfo) -> str:
    try:
        return money(Decimal(_text(row.get("amount"))), row.get("currency"))
    except InvalidOperation:
        return ""


def _happened(row: Row, zone: tzinfo) -> str:
    return sentences.sentence(Fact(kind=_text(row.get("kind")), actor="", data=row.get("data") or {}), zone).words


def _profile(row: Row, zone: tzinfo) -> str:
    profile = _attributes(row, "profile")
    found = [_name(profile, zone), profile.get("email"), profile.get("phone_number")]
    return ", ".join(part for part in found if part)


def _event(row: Row) -> Row:
    """The attributes of a Klaviyo event's body (JSON:API)."""
    found: Row = (row.get("data") or {}).get("attributes") or {}
    return found


def _attributes(row: Row, name: str) -> Row:
    found: Row = ((_event(row).get(name) or {}).get("data") or {}).get("attributes") or {}
    return found


_TABLES: dict[tuple[str, str], tuple[str, dict[str, Cell]]] = {
    ("edits", "edits"): (
        N_("Changes asked for"),
        {
            N_("What"): lambda row, zone: _spelled(_text(row.get("action"))),
            N_("Wish"): _value("wish"),
            N_("Asked"): _at("asked_at"),
        },
    ),
    ("orders", "paid_orders"): (
        N_("Changes of paid orders"),
        {N_("Order"): _value("order"), N_("Wish"): _value("wish"), N_("Asked"): _at("asked_at")},
    ),
    ("shoppers", "customer"): (
        N_("Customer"),
        {
            N_("Name"): _name,
            N_("Mail"): _value("email"),
            N_("Phone"): _value("phone"),
            N_("Language"): _value("locale"),
        },
    ),
    ("shoppers", "payment_methods"): (
        N_("Payment methods"),
        {
            N_("Kind"): lambda row, zone: _spelled(_text(row.get("kind"))),
            N_("Brand"): _value("brand"),
            N_("Last digits"): _value("last_digits"),
            N_("Expires"): _value("expires_on"),
        },
    ),
    ("contracts", "contracts"): (
        N_("Subscriptions"),
        {
            N_("Subscription"): _contract,
            N_("Status"): lambda row, zone: words.status(_text(row.get("status"))).words,
            N_("Items"): _items,
            N_("Sent to"): _sent_to,
            N_("Note"): _value("note"),
            N_("When out of stock"): lambda row, zone: out_of_stock.said(row.get("out_of_stock")),
        },
    ),
    ("billing", "charges"): (
        N_("Charges"),
        {N_("When"): _at("written_at"), N_("Outcome"): _outcome, N_("Amount"): _sum, N_("Order"): _value("order")},
    ),
    ("journal", "facts"): (N_("What happened"), {N_("When"): _at("occurred_at"), N_("What"): _happened}),
    ("journal", "deliveries"): (
        N_("Sent to Klaviyo"),
        {
            N_("When"): lambda row, zone: _moment(_event(row).get("time"), zone),
            N_("Event"): lambda row, zone: _text(_attributes(row, "metric").get("name")),
            N_("About"): _profile,
        },
    ),
}
"""Feature and list → heading and columns."""

_AREAS = {
    "channels": N_("Connections"),
    "notices": N_("Planned notices"),
    "links": N_("Links used in mails"),
    "edits": N_("Changes asked for, with comments and addresses"),
    "orders": N_("Addresses that paid orders are to be sent to"),
    "fulfillment": N_("Changes told to who packs"),
    "billing": N_("Messages about charges"),
    "stock": N_("Choices about what was out of stock"),
    "dunning": N_("Marks of a customer whose payment fails"),
    "cards": N_("Requests for another card"),
    "journal": N_("History and what was sent to Klaviyo"),
    "shoppers": N_("Customer and payment methods"),
    "contracts": N_("Addresses, notes and preferences of subscriptions"),
    "privacy": N_("Answers to data requests"),
}
"""Feature → what its `erase` changes."""
