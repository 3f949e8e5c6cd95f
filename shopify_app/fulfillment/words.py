"""Changes in plain words for whoever packs, in English and German: one line per part, "before → after"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from babel.dates import format_date

from shopify_app.contracts.contents import ONLY_VARIANT
from shopify_app.fulfillment.folding import Part

LANGUAGES = ("en", "de")
_LOCALES = {"en": "en_US", "de": "de_DE"}
ACTORS = {
    "merchant": {"en": "you or your staff", "de": "Sie oder Ihr Team"},
    "shopper": {"en": "the shopper", "de": "der Kunde"},
    "link": {"en": "the shopper, from a mail", "de": "der Kunde, aus einer E-Mail"},
    "shopify": {"en": "Shopify or another app", "de": "Shopify oder eine andere App"},
    "perennial": {"en": "Perennial", "de": "Perennial"},
    "policy": {"en": "your rules for stock", "de": "Ihre Regeln für den Bestand"},
}
_KINDS = {
    "order.skipped": {"en": "Skipped", "de": "Übersprungen"},
    "order.unskipped": {"en": "Not skipped any more", "de": "Nicht mehr übersprungen"},
    "order.contents_changed": {
        "en": "Address, delivery, price or note of this order changed",
        "de": "Adresse, Lieferung, Preis oder Notiz dieser Bestellung geändert",
    },
    "delivery.changed": {"en": "Delivery cancelled", "de": "Lieferung storniert"},
    "subscription.frequency_changed": {"en": "Frequency changed", "de": "Häufigkeit geändert"},
    "subscription.address_changed": {"en": "Address changed", "de": "Adresse geändert"},
    "subscription.delivery_changed": {"en": "Way of delivery changed", "de": "Lieferart geändert"},
    "subscription.note_changed": {"en": "Note changed", "de": "Notiz geändert"},
    "subscription.out_of_stock_changed": {
        "en": "Preference for what is out of stock changed",
        "de": "Wunsch für nicht Vorrätiges geändert",
    },
    "subscription.payment_method_changed": {"en": "Payment method changed", "de": "Zahlungsart geändert"},
    "subscription.backup_method_changed": {"en": "Backup payment method changed", "de": "Ersatzzahlungsart geändert"},
    "payment_method.updated": {"en": "Card renewed", "de": "Karte erneuert"},
    "payment_method.removed": {"en": "Payment method removed", "de": "Zahlungsart entfernt"},
    "subscription.discount_added": {"en": "Discount added", "de": "Rabatt hinzugefügt"},
    "subscription.discount_removed": {"en": "Discount removed", "de": "Rabatt entfernt"},
    "payment.at_risk": {"en": "Charge failed, tried again", "de": "Zahlung fehlgeschlagen, wird erneut versucht"},
    "payment.recovered": {"en": "Paid after all", "de": "Doch noch bezahlt"},
    "payment.exhausted": {"en": "Not paid, no more tries", "de": "Nicht bezahlt, keine weiteren Versuche"},
    "charge.parked": {"en": "Charge waits for you", "de": "Zahlung wartet auf Sie"},
    "charge.released": {"en": "Charge released", "de": "Zahlung freigegeben"},
    "charge.duplicate": {"en": "Paid twice: ship once, refund", "de": "Doppelt bezahlt: einmal liefern, erstatten"},
    "subscription.started": {"en": "New subscription", "de": "Neues Abonnement"},
    "subscription.paused": {"en": "Paused", "de": "Pausiert"},
    "subscription.resumed": {"en": "Resumed", "de": "Fortgesetzt"},
    "subscription.reactivated": {"en": "Reactivated", "de": "Reaktiviert"},
    "subscription.cancelled": {"en": "Cancelled", "de": "Gekündigt"},
    "subscription.expired": {"en": "Ended", "de": "Beendet"},
    "subscription.failed": {"en": "Marked as failed by Shopify", "de": "Bei Shopify fehlgeschlagen"},
    "order.held": {"en": "Paid order held while it is changed", "de": "Bezahlte Bestellung angehalten"},
    "order.released": {"en": "Paid order may be shipped again", "de": "Bezahlte Bestellung wieder frei"},
    "order.rescheduled": {"en": "Paid delivery moved", "de": "Bezahlte Lieferung verschoben"},
    "order.items_changed": {"en": "Paid order holds other items", "de": "Bezahlte Bestellung hat andere Artikel"},
    "order.address_changed": {"en": "Paid order goes elsewhere", "de": "Bezahlte Bestellung geht anderswohin"},
    "task.opened": {"en": "A task for you", "de": "Eine Aufgabe für Sie"},
    "task.done": {"en": "Task done", "de": "Aufgabe erledigt"},
    "task.reopened": {"en": "Task open again", "de": "Aufgabe wieder offen"},
    "stock.low": {"en": "Something will be missing", "de": "Etwas wird fehlen"},
    "stock.out": {"en": "Something is out of stock", "de": "Etwas ist nicht vorrätig"},
    "stock.chosen": {"en": "Chosen what happens instead", "de": "Gewählt, was stattdessen geschieht"},
    "stock.substituted": {"en": "Substitute for what is out of stock", "de": "Ersatz für nicht Vorrätiges"},
    "stock.delayed": {"en": "Waits for stock", "de": "Wartet auf Ware"},
    "stock.skipped": {"en": "Skipped, as it is out of stock", "de": "Übersprungen, da nicht vorrätig"},
    "stock.partially_filled": {"en": "Ships without what is out of stock", "de": "Geht ohne das nicht Vorrätige"},
    "stock.back": {"en": "In stock again", "de": "Wieder vorrätig"},
    "stock.discontinued": {"en": "An item is discontinued", "de": "Ein Artikel läuft aus"},
}
_MOVED = {"en": "Date", "de": "Termin"}
_ITEMS = {"en": "Items", "de": "Artikel"}
_ADDED = {"en": "Added", "de": "Hinzugefügt"}
_REMOVED = {"en": "Removed", "de": "Entfernt"}
_VOID = {"en": "Changed and changed back", "de": "Geändert und wieder zurückgenommen"}
_NO_DAY = {"en": "No date", "de": "Kein Termin"}


def by(actor: str, language: str = "en") -> str:
    """Return who acted, e.g. "the shopper"; an actor that nobody named is told as it is written."""
    name = actor.split(":")[0]
    return ACTORS[name][language] if name in ACTORS else name


def day(value: date | None, language: str = "en") -> str:
    """Return a day, e.g. "Sat, Dec 5, 2026"."""
    pattern = {"en": "EEE, MMM d, y", "de": "EEE, d. MMM y"}[language]
    return str(format_date(value, pattern, locale=_LOCALES[language])) if value else _NO_DAY[language]


def lines(parts: Iterable[Part], zone: tzinfo, language: str = "en") -> list[str]:
    """Return one line per part that makes a difference, or one that says that none does."""
    return [said(part, zone, language) for part in parts] or [_VOID[language]]


def said(part: Part, zone: tzinfo, language: str = "en") -> str:
    """Return one part in words, e.g. "Items: 1 × Mug → 2 × Mug". A kind without words is spelled out."""
    before, after = part["before"], part["after"]
    if part["aspect"] in ("items", "contents") and (before.get("items") or after.get("items")):
        return _items(before, after, language)
    if part["aspect"] in ("date", "delivery_date"):
        moved = _moved(before, after, zone, language)
        if moved:
            return moved
    kind = part["kinds"][-1]
    word = _KINDS.get(kind, {}).get(language) or kind.replace("_", " ").replace(".", ": ").capitalize()
    detail = _detail(part, before, after)
    return f"{word}: {detail}" if detail else word


def _items(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> str:
    old, new = named(before.get("items")), named(after.get("items"))
    if not old or not new:
        return f"{(_ADDED if new else _REMOVED)[language]}: {new or old}"
    return f"{_ITEMS[language]}: {old} → {new}"


def named(items: Iterable[Mapping[str, Any]] | None) -> str:
    """Return items as people read them, e.g. "2 × House Blend (250 g), 1 × Mug"."""
    return ", ".join(f"{one.get('quantity')} × {_name(one)}" for one in items or [])


def _name(one: Mapping[str, Any]) -> str:
    variant = one.get("variant_title")
    return f"{one.get('title')}" + (f" ({variant})" if variant and variant != ONLY_VARIANT else "")


def _moved(before: Mapping[str, Any], after: Mapping[str, Any], zone: tzinfo, language: str) -> str:
    old, new = (_local(side, zone) for side in (before, after))
    return f"{_MOVED[language]}: {day(old, language)} → {day(new, language)}" if old and new else ""


def _local(side: Mapping[str, Any], zone: tzinfo) -> date | None:
    for name in ("expected_at", "ships_at", "fulfill_at"):
        if side.get(name):
            return datetime.fromisoformat(str(side[name])).astimezone(zone).date()
    return None


def _detail(part: Part, before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    if part["aspect"] == "delivery":
        return " → ".join(str(side.get("title") or side.get("type") or "–") for side in (before, after))
    if part["aspect"] == "discounts":
        sides = [", ".join(str(one.get("title")) for one in side.get("discounts") or []) for side in (before, after)]
        return " → ".join(side for side in sides if side)
    item = part["data"].get("item")
    return _name(item) if isinstance(item, dict) and item.get("title") else ""
