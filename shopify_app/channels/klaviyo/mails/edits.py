"""Starter mails about edits: what changed, and what comes now."""

from __future__ import annotations

from shopify_app.channels.klaviyo.mails.common import (
    BEFORE_TAXES,
    BRING_BACK,
    BY,
    CHOICES,
    ITEMS,
    MANAGE,
    NEXT,
    OFTEN,
    UNTIL,
)
from shopify_app.channels.klaviyo.mails.pieces import Fact, Mail, Piece, Text, Words


def _mail(slug: str, title: Words, said: Words, *pieces: Piece) -> Mail:
    return Mail(slug, title, title, (Text(said), BY, *pieces, MANAGE))


def _whole(slug: str, title: Words, said: Words, *pieces: Piece) -> Mail:
    """About a whole subscription: what comes from now on, how often, and when next."""
    return _mail(slug, title, said, *pieces, ITEMS, OFTEN, *NEXT)


_DATE = Fact({"en": "Date", "de": "Datum"}, "ChargeDate")

EDITS = (
    Mail(
        "reactivated-subscription",
        {"en": "Your subscription goes on", "de": "Ihr Abonnement geht weiter"},
        {"en": "Your subscription goes on", "de": "Ihr Abonnement geht weiter"},
        (
            Text({
                "en": "Your subscription has been active again since {{ event.ReactivatedDate }}.",
                "de": "Ihr Abonnement ist seit dem {{ event.ReactivatedDate }} wieder aktiv.",
            }),
            ITEMS,
            OFTEN,
            *NEXT,
            MANAGE,
        ),
    ),
    _mail(
        "skipped-subscription-order",
        {"en": "An order is skipped", "de": "Eine Bestellung wird ausgelassen"},
        {
            "en": "The order of <strong>{{ event.ChargeDate }}</strong> is skipped. You are not charged for it.",
            "de": "Die Bestellung vom <strong>{{ event.ChargeDate }}</strong> wird ausgelassen. "
            "Dafür wird nichts abgebucht.",
        },
        ITEMS,
        *NEXT,
        BRING_BACK,
    ),
    _mail(
        "unskipped-subscription-order",
        {"en": "An order takes place after all", "de": "Eine Bestellung findet nun doch statt"},
        {
            "en": "The order of <strong>{{ event.ChargeDate }}</strong> was skipped and takes place after all.",
            "de": "Die Bestellung vom <strong>{{ event.ChargeDate }}</strong> war ausgelassen "
            "und findet nun doch statt.",
        },
        ITEMS,
        _DATE,
        BEFORE_TAXES,
        UNTIL,
        *CHOICES,
    ),
    _mail(
        "rescheduled-subscription-order",
        {"en": "Your order has a new date", "de": "Ihre Bestellung hat einen neuen Termin"},
        {
            "en": "Your order moved from {{ event.BeforeChargeDate }} to <strong>{{ event.ChargeDate }}</strong>.",
            "de": "Ihre Bestellung wurde vom {{ event.BeforeChargeDate }} auf den "
            "<strong>{{ event.ChargeDate }}</strong> verschoben.",
        },
        ITEMS,
        _DATE,
        BEFORE_TAXES,
        UNTIL,
        *CHOICES,
    ),
    _whole(
        "swapped-subscription-item",
        {"en": "Your subscription has changed", "de": "Ihr Abonnement hat sich geändert"},
        {
            "en": "From now on you receive <strong>{{ event.AddedItemsText }}</strong> "
            "instead of {{ event.RemovedItemsText }}.",
            "de": "Ab jetzt erhalten Sie <strong>{{ event.AddedItemsText }}</strong> "
            "statt {{ event.RemovedItemsText }}.",
        },
    ),
    _whole(
        "added-subscription-item",
        {"en": "Added to your subscription", "de": "Ihr Abonnement enthält jetzt mehr"},
        {
            "en": "From now on you also receive <strong>{{ event.AddedItemsText }}</strong>.",
            "de": "Ab jetzt erhalten Sie auch <strong>{{ event.AddedItemsText }}</strong>.",
        },
    ),
    _whole(
        "removed-subscription-item",
        {"en": "Removed from your subscription", "de": "Aus Ihrem Abonnement entfernt"},
        {
            "en": "From now on you no longer receive <strong>{{ event.RemovedItemsText }}</strong>.",
            "de": "Ab jetzt erhalten Sie <strong>{{ event.RemovedItemsText }}</strong> nicht mehr.",
        },
    ),
    _whole(
        "changed-subscription-quantity",
        {"en": "Your subscription has a new quantity", "de": "Ihr Abonnement hat eine neue Menge"},
        {
            "en": "From now on: <strong>{{ event.ChangedItemsText }}</strong>.",
            "de": "Ab jetzt: <strong>{{ event.ChangedItemsText }}</strong>.",
        },
    ),
    _whole(
        "changed-subscription-frequency",
        {"en": "Your subscription has a new rhythm", "de": "Ihr Abonnement hat einen neuen Rhythmus"},
        {
            "en": "Before: {{ event.BeforeFrequencyText }}. From now on: "
            "<strong>{{ event.AfterFrequencyText }}</strong>.",
            "de": "Bisher: {{ event.BeforeFrequencyText }}. Ab jetzt: "
            "<strong>{{ event.AfterFrequencyText }}</strong>.",
        },
        Fact({"en": "Delivered", "de": "Lieferung"}, "AfterDeliveryFrequencyText"),
    ),
    _whole(
        "changed-subscription-address",
        {"en": "Your subscription has a new address", "de": "Ihr Abonnement hat eine neue Adresse"},
        {
            "en": "From now on your orders go to another address. If that was not you, please tell us.",
            "de": "Ab jetzt gehen Ihre Bestellungen an eine andere Adresse. "
            "Falls Sie das nicht waren, sagen Sie uns bitte Bescheid.",
        },
        Fact({"en": "City", "de": "Ort"}, "ShippingCity"),
        Fact({"en": "Country", "de": "Land"}, "ShippingCountry"),
    ),
)  # fmt: skip
