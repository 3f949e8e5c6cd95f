"""What the starter mails say. Plain words, nothing that sells: these are messages about an order."""

from __future__ import annotations

from dataclasses import replace

from shopify_app.channels.klaviyo.events.told import BY_SLUG
from shopify_app.channels.klaviyo.mails.common import (
    BEFORE_TAXES,
    BRING_BACK,
    BY,
    CHOICES,
    ITEMS,
    LANGUAGES,
    MANAGE,
    NEXT,
    OFTEN,
    PAYMENT,
    SHORT_NOTICE,
    UNTIL,
)
from shopify_app.channels.klaviyo.mails.edits import EDITS
from shopify_app.channels.klaviyo.mails.methods import METHODS
from shopify_app.channels.klaviyo.mails.payments import PAYMENTS
from shopify_app.channels.klaviyo.mails.pieces import Fact, Mail, Text
from shopify_app.channels.klaviyo.mails.stock import STOCK

MAILS = (
    *EDITS,
    *METHODS,
    Mail(
        "started-subscription",
        {"en": "Your subscription has started", "de": "Ihr Abonnement hat begonnen"},
        {"en": "Your subscription has started", "de": "Ihr Abonnement hat begonnen"},
        (
            Text({
                "en": "Thank you. This is what you will receive. Before each order we tell you what comes and when.",
                "de": "Vielen Dank. Das werden Sie erhalten. Vor jeder Bestellung sagen wir Ihnen, was wann kommt.",
            }),
            ITEMS,
            OFTEN,
            *NEXT,
            PAYMENT,
            MANAGE,
        ),
    ),
    Mail(
        "paused-subscription",
        {"en": "Your subscription is paused", "de": "Ihr Abonnement ist pausiert"},
        {"en": "Your subscription is paused", "de": "Ihr Abonnement ist pausiert"},
        (
            Text({
                "en": "Your subscription has been paused since {{ event.PausedDate }}. "
                "While it is paused, you are not charged.",
                "de": "Ihr Abonnement ist seit dem {{ event.PausedDate }} pausiert. "
                "Solange es pausiert ist, wird nichts abgebucht.",
            }),
            ITEMS,
            MANAGE,
        ),
    ),
    Mail(
        "resumed-subscription",
        {"en": "Your subscription goes on", "de": "Ihr Abonnement geht weiter"},
        {"en": "Your subscription goes on", "de": "Ihr Abonnement geht weiter"},
        (
            Text({
                "en": "Your subscription has been active again since {{ event.ResumedDate }}.",
                "de": "Ihr Abonnement ist seit dem {{ event.ResumedDate }} wieder aktiv.",
            }),
            ITEMS,
            OFTEN,
            *NEXT,
            MANAGE,
        ),
    ),
    Mail(
        "cancelled-subscription",
        {"en": "Your subscription is cancelled", "de": "Ihr Abonnement ist gekündigt"},
        {"en": "Your subscription is cancelled", "de": "Ihr Abonnement ist gekündigt"},
        (
            Text({
                "en": "Your subscription was cancelled on {{ event.CancelledDate }}. "
                "You will not be charged for it again.",
                "de": "Ihr Abonnement wurde am {{ event.CancelledDate }} gekündigt. "
                "Dafür wird nichts mehr abgebucht.",
            }),
            ITEMS,
        ),
    ),
    Mail(
        "withdrawn-subscription",
        {"en": "We received your withdrawal", "de": "Ihr Widerruf ist bei uns eingegangen"},
        {"en": "We received your withdrawal", "de": "Ihr Widerruf ist bei uns eingegangen"},
        (
            Text({
                "en": "On <strong>{{ event.WithdrawnAt }}</strong> you withdrew from the contract of "
                "{{ event.ContractMadeDate }}, subscription {{ event.SubscriptionId }}. It has ended, and nothing "
                "will be charged for it again. {{ organization.name }} will write to you about what you have paid "
                "and what was sent.",
                "de": "Am <strong>{{ event.WithdrawnAt }}</strong> haben Sie den Vertrag vom "
                "{{ event.ContractMadeDate }} widerrufen, Abonnement {{ event.SubscriptionId }}. Es ist beendet, "
                "dafür wird nichts mehr abgebucht. {{ organization.name }} meldet sich bei Ihnen zu dem, was Sie "
                "bezahlt haben und was verschickt wurde.",
            }),
            Text({
                "en": "Please keep this message: it confirms your withdrawal.",
                "de": "Bitte bewahren Sie diese Nachricht auf: Sie bestätigt Ihren Widerruf.",
            }),
            ITEMS,
        ),
    ),
    Mail(
        "expired-subscription",
        {"en": "Your subscription has ended", "de": "Ihr Abonnement ist beendet"},
        {"en": "Your subscription has ended", "de": "Ihr Abonnement ist beendet"},
        (
            Text({
                "en": "On {{ event.ExpiredDate }} your subscription came to its planned end. "
                "You will not be charged for it again.",
                "de": "Am {{ event.ExpiredDate }} hat Ihr Abonnement sein geplantes Ende erreicht. "
                "Dafür wird nichts mehr abgebucht.",
            }),
            ITEMS,
        ),
    ),
    Mail(
        "upcoming-subscription-order",
        {"en": "Your next order: {{ event.ChargeDate }}", "de": "Ihre nächste Bestellung: {{ event.ChargeDate }}"},
        {"en": "Your next order is coming up", "de": "Ihre nächste Bestellung steht bevor"},
        (
            Text({
                "en": "On <strong>{{ event.ChargeDate }}</strong> we charge your payment method "
                "and prepare this order.",
                "de": "Am <strong>{{ event.ChargeDate }}</strong> buchen wir ab und bereiten diese Bestellung vor.",
            }),
            SHORT_NOTICE,
            ITEMS,
            Fact({"en": "Date", "de": "Datum"}, "ChargeDate"),
            BEFORE_TAXES,
            PAYMENT,
            UNTIL,
            *CHOICES,
            MANAGE,
        ),
    ),
    Mail(
        "changed-upcoming-order",
        {"en": "Your next order has changed", "de": "Ihre nächste Bestellung hat sich geändert"},
        {"en": "Your next order has changed", "de": "Ihre nächste Bestellung hat sich geändert"},
        (
            Text({"en": "{{ event.ChangesText }}", "de": "{{ event.ChangesText }}"}),
            BY,
            Text(
                {"en": "You are not charged for this order.", "de": "Für diese Bestellung wird nichts abgebucht."},
                test="event.AfterSkipped",
            ),
            SHORT_NOTICE,
            replace(ITEMS, source="AfterItems"),
            Fact({"en": "Date", "de": "Datum"}, "ChargeDate"),
            BEFORE_TAXES,
            UNTIL,
            BRING_BACK,
            *CHOICES,
            MANAGE,
        ),
    ),
    Mail(
        "upcoming-subscription-delivery",
        {
            "en": "Your next delivery: {{ event.DeliveryDate }}",
            "de": "Ihre nächste Lieferung: {{ event.DeliveryDate }}",
        },
        {"en": "Your next delivery is coming up", "de": "Ihre nächste Lieferung steht bevor"},
        (
            Text({
                "en": "We plan to ship it on <strong>{{ event.DeliveryDate }}</strong>. It is paid for already.",
                "de": "Der Versand ist für den <strong>{{ event.DeliveryDate }}</strong> geplant. "
                "Sie ist bereits bezahlt.",
            }),
            SHORT_NOTICE,
            ITEMS,
            Fact({"en": "Planned date", "de": "Geplantes Datum"}, "DeliveryDate"),
            Fact({"en": "Which delivery", "de": "Welche Lieferung"}, "DeliveryText"),
            MANAGE,
        ),
    ),
    Mail(
        "changed-upcoming-delivery",
        {
            "en": "Your delivery has changed",
            "de": "Ihre Lieferung hat sich geändert",
        },
        {"en": "Your delivery has changed", "de": "Ihre Lieferung hat sich geändert"},
        (
            Text({"en": "{{ event.ChangesText }}", "de": "{{ event.ChangesText }}"}),
            ITEMS,
            Fact({"en": "Planned date", "de": "Geplantes Datum"}, "DeliveryDate"),
            Fact({"en": "Which delivery", "de": "Welche Lieferung"}, "DeliveryText"),
            MANAGE,
        ),
    ),
    Mail(
        "processed-subscription-order",
        {
            "en": "Your subscription order{% if event.OrderName %} {{ event.OrderName }}{% endif %}",
            "de": "Ihre Abo-Bestellung{% if event.OrderName %} {{ event.OrderName }}{% endif %}",
        },
        {"en": "Your order is paid", "de": "Ihre Bestellung ist bezahlt"},
        (
            Text({
                "en": "Thank you. We received your payment on {{ event.ChargeDate }} and prepare your order.",
                "de": "Vielen Dank. Wir haben Ihre Zahlung am {{ event.ChargeDate }} erhalten "
                "und bereiten Ihre Bestellung vor.",
            }),
            ITEMS,
            Fact({"en": "Order", "de": "Bestellung"}, "OrderName"),
            Fact({"en": "Paid", "de": "Bezahlt"}, "OrderTotal"),
            PAYMENT,
            *NEXT,
            MANAGE,
        ),
    ),
    *PAYMENTS,
    *STOCK,
)  # fmt: skip


def files() -> dict[str, str]:
    """Return file name → text of every starter mail and its subject."""
    made = {}
    for mail in MAILS:
        for language in LANGUAGES:
            made[f"{mail.slug}.{language}.html"] = mail.html(BY_SLUG[mail.slug], language)
            made[f"{mail.slug}.{language}.subject.txt"] = mail.subject[language] + "\n"
    return made
