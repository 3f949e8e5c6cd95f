"""Starter mails about the way to pay."""

from __future__ import annotations

from shopify_app.channels.klaviyo.mails.common import MANAGE, NEXT, PAYMENT
from shopify_app.channels.klaviyo.mails.pieces import Button, Fact, Mail, Text

_UPDATE = Button(
    {"en": "Update payment method", "de": "Zahlungsmethode aktualisieren"}, "UpdatePaymentUrl", is_first=True
)
_EXPIRES = Fact({"en": "Good until", "de": "Gültig bis"}, "CardExpires")
_FOR = Fact({"en": "It pays for", "de": "Damit bezahlt"}, "AffectedSubscriptionsText")

METHODS = (
    Mail(
        "payment-method-expiring",
        {"en": "Your card expires soon", "de": "Ihre Karte läuft bald ab"},
        {"en": "Your card expires soon", "de": "Ihre Karte läuft bald ab"},
        (
            Text({
                "en": "The card that pays for your subscription is good until "
                "<strong>{{ event.CardExpires }}</strong>. Please update it before the next charge after that day.",
                "de": "Die Karte, mit der Sie Ihr Abonnement bezahlen, ist bis "
                "<strong>{{ event.CardExpires }}</strong> gültig. Bitte aktualisieren Sie sie vor der nächsten "
                "Abbuchung danach.",
            }),
            PAYMENT,
            _FOR,
            *NEXT,
            _UPDATE,
            MANAGE,
        ),
    ),
    Mail(
        "payment-method-updated",
        {"en": "Your payment method was updated", "de": "Ihre Zahlungsmethode wurde aktualisiert"},
        {"en": "Your payment method was updated", "de": "Ihre Zahlungsmethode wurde aktualisiert"},
        (
            Text({
                "en": "Your next orders are paid with this payment method. If you did not change it, please tell us.",
                "de": "Ihre nächsten Bestellungen werden damit bezahlt. Falls Sie das nicht geändert haben, "
                "melden Sie sich bitte bei uns.",
            }),
            PAYMENT,
            _EXPIRES,
            _FOR,
            *NEXT,
            MANAGE,
        ),
    ),
    Mail(
        "payment-method-removed",
        {"en": "Your subscription has no payment method", "de": "Ihrem Abonnement fehlt eine Zahlungsmethode"},
        {"en": "Your payment method was removed", "de": "Ihre Zahlungsmethode wurde entfernt"},
        (
            Text({
                "en": "The payment method of your subscription is no longer there. Please add another in your "
                "account, so that your next order can go on its way.",
                "de": "Die Zahlungsmethode Ihres Abonnements gibt es nicht mehr. Bitte hinterlegen Sie in Ihrem "
                "Konto eine andere, damit Ihre nächste Bestellung auf den Weg kann.",
            }),
            _FOR,
            *NEXT,
            _UPDATE,
            MANAGE,
        ),
    ),
)  # fmt: skip
