"""Starter mails about stock: what is missing, what happens if nothing is chosen, and what else can be chosen."""

from __future__ import annotations

from dataclasses import replace

from shopify_app.channels.klaviyo.mails.common import BEFORE_TAXES, BY, CHOICES, ITEMS, MANAGE, UNTIL
from shopify_app.channels.klaviyo.mails.pieces import Button, Fact, Items, Mail, Piece, Text, Words

_CHOOSE = (
    Button({"en": "Send a substitute", "de": "Ersatz schicken"}, "ChooseSubstituteUrl", is_first=True),
    Button({"en": "Wait until it is back", "de": "Warten, bis er wieder da ist"}, "ChooseWaitUrl"),
    Button({"en": "Skip this order", "de": "Diese Bestellung auslassen"}, "ChooseSkipUrl"),
    Button({"en": "Send the rest", "de": "Den Rest schicken"}, "ChooseRestUrl"),
)
_INSTEAD = Items(
    {"en": "What could come instead", "de": "Was stattdessen kommen könnte"}, ITEMS.quantity, "Alternatives"
)
_DEFAULT = (
    Text({"en": "{{ event.DefaultText }}", "de": "{{ event.DefaultText }}"}),
    Text(
        {
            "en": "You can choose until <strong>{{ event.DefaultAt }}</strong>.",
            "de": "Sie können bis <strong>{{ event.DefaultAt }}</strong> wählen.",
        },
        "DefaultAt",
    ),
)
_BACK = Fact({"en": "Expected back", "de": "Voraussichtlich wieder da"}, "ExpectedBackDate")
_DATE = Fact({"en": "Date of the order", "de": "Datum der Bestellung"}, "ChargeDate")


def _announced(slug: str, subject: Words, heading: Words, said: Words, *more: Piece) -> Mail:
    """Something is missing, and the shopper may choose what becomes of the order."""
    return Mail(
        slug, subject, heading, (Text(said), *_DEFAULT, *_CHOOSE, _INSTEAD, *more, ITEMS, _DATE, _BACK, MANAGE)
    )


def _done(slug: str, title: Words, said: Words, *more: Piece) -> Mail:
    """Something was done with the order; as long as it can still be changed, the mail offers how."""
    return Mail(slug, title, title, (Text(said), BY, *more, UNTIL, *CHOICES, MANAGE))


_NOW = (replace(ITEMS, source="AfterItems"), _DATE, BEFORE_TAXES)

STOCK = (
    _announced(
        "subscription-item-low-stock",
        {"en": "{{ event.ItemName }} is running low", "de": "{{ event.ItemName }} wird knapp"},
        {"en": "An item of your next order is running low", "de": "Ein Artikel Ihrer nächsten Bestellung wird knapp"},
        {
            "en": "We may not have <strong>{{ event.ItemText }}</strong> for your order of "
            "<strong>{{ event.ChargeDate }}</strong>.",
            "de": "Für Ihre Bestellung vom <strong>{{ event.ChargeDate }}</strong> haben wir "
            "<strong>{{ event.ItemText }}</strong> vielleicht nicht.",
        },
        Fact({"en": "Runs out around", "de": "Reicht etwa bis"}, "RunsOutDate"),
    ),
    _announced(
        "subscription-item-out-of-stock",
        {"en": "{{ event.ItemName }} is out of stock", "de": "{{ event.ItemName }} ist nicht vorrätig"},
        {
            "en": "An item of your next order is out of stock",
            "de": "Ein Artikel Ihrer nächsten Bestellung ist nicht vorrätig",
        },
        {
            "en": "<strong>{{ event.ItemText }}</strong> of your order of <strong>{{ event.ChargeDate }}</strong> "
            "is out of stock.",
            "de": "<strong>{{ event.ItemText }}</strong> aus Ihrer Bestellung vom "
            "<strong>{{ event.ChargeDate }}</strong> ist nicht vorrätig.",
        },
    ),
    _done(
        "substituted-subscription-item",
        {"en": "A substitute comes in your next order", "de": "In Ihrer nächsten Bestellung kommt ein Ersatz"},
        {
            "en": "<strong>{{ event.ItemText }}</strong> is out of stock. Your order of "
            "<strong>{{ event.ChargeDate }}</strong>, this one alone, now holds "
            "<strong>{{ event.AfterItemsText }}</strong> instead of {{ event.BeforeItemsText }}.",
            "de": "<strong>{{ event.ItemText }}</strong> ist nicht vorrätig. Ihre Bestellung vom "
            "<strong>{{ event.ChargeDate }}</strong>, nur diese eine, enthält jetzt "
            "<strong>{{ event.AfterItemsText }}</strong> statt {{ event.BeforeItemsText }}.",
        },
        *_NOW,
    ),
    _done(
        "delayed-subscription-order",
        {"en": "Your order comes later", "de": "Ihre Bestellung kommt später"},
        {
            "en": "<strong>{{ event.ItemText }}</strong> is out of stock, so your order of "
            "{{ event.BeforeChargeDate }} waits. It is planned for <strong>{{ event.ChargeDate }}</strong> now, "
            "and you are not charged before.",
            "de": "<strong>{{ event.ItemText }}</strong> ist nicht vorrätig, deshalb wartet Ihre Bestellung vom "
            "{{ event.BeforeChargeDate }}. Sie ist jetzt für <strong>{{ event.ChargeDate }}</strong> geplant, "
            "und vorher wird nichts abgebucht.",
        },
        ITEMS,
        _DATE,
        BEFORE_TAXES,
        _BACK,
    ),
    _done(
        "partially-filled-subscription-order",
        {"en": "We send the rest of your order", "de": "Wir schicken den Rest Ihrer Bestellung"},
        {
            "en": "<strong>{{ event.ItemText }}</strong> is out of stock. Your order of "
            "<strong>{{ event.ChargeDate }}</strong>, this one alone, comes without it, "
            "and you pay for the rest alone.",
            "de": "<strong>{{ event.ItemText }}</strong> ist nicht vorrätig. Ihre Bestellung vom "
            "<strong>{{ event.ChargeDate }}</strong>, nur diese eine, kommt ohne diesen Artikel, "
            "und Sie bezahlen nur den Rest.",
        },
        *_NOW,
    ),
    Mail(
        "subscription-item-back-in-stock",
        {"en": "{{ event.ItemName }} is back", "de": "{{ event.ItemName }} ist wieder da"},
        {"en": "It is back in stock", "de": "Wieder vorrätig"},
        (
            Text({
                "en": "<strong>{{ event.ItemText }}</strong> is back. Your order is planned for "
                "<strong>{{ event.ResumeDate }}</strong>.",
                "de": "<strong>{{ event.ItemText }}</strong> ist wieder da. Ihre Bestellung ist für "
                "<strong>{{ event.ResumeDate }}</strong> geplant.",
            }),
            ITEMS,
            BEFORE_TAXES,
            UNTIL,
            *CHOICES,
            MANAGE,
        ),
    ),
    _announced(
        "subscription-item-discontinued",
        {"en": "{{ event.ItemName }} is no longer available", "de": "{{ event.ItemName }} gibt es nicht mehr"},
        {
            "en": "An item of your subscription is no longer available",
            "de": "Einen Artikel Ihres Abonnements gibt es nicht mehr",
        },
        {
            "en": "<strong>{{ event.ItemText }}</strong> is no longer available. It is about your order of "
            "<strong>{{ event.ChargeDate }}</strong>.",
            "de": "<strong>{{ event.ItemText }}</strong> gibt es nicht mehr. Es geht um Ihre Bestellung vom "
            "<strong>{{ event.ChargeDate }}</strong>.",
        },
        Fact({"en": "Comes instead if you do nothing", "de": "Kommt stattdessen, wenn Sie nichts tun"},
             "ReplacementText"),
    ),
)  # fmt: skip
