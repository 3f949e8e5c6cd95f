"""Mails about failed charges: what happened, what happens next, and the one thing to do about it."""

from __future__ import annotations

from shopify_app.channels.klaviyo.mails.common import BEFORE_TAXES, ITEMS, MANAGE, NEXT, PAYMENT
from shopify_app.channels.klaviyo.mails.pieces import Button, Fact, Mail, Text

UPDATE = Button({"en": "Update payment method", "de": "Zahlungsmethode ändern"}, "UpdatePaymentUrl", is_first=True)

PAYMENTS = (
    Mail(
        "subscription-charge-failed",
        {
            "en": "A payment for your subscription did not go through",
            "de": "Eine Zahlung für Ihr Abonnement hat nicht geklappt",
        },
        {"en": "Your payment did not go through", "de": "Ihre Zahlung hat nicht geklappt"},
        (
            Text({"en": "{{ event.FailureText }}", "de": "{{ event.FailureText }}"}),
            Text(
                {
                    "en": "Please look at your payment method and your addresses, "
                    "so that your order can go on its way.",
                    "de": "Bitte prüfen Sie Ihre Zahlungsmethode und Ihre Adressen, "
                    "damit Ihre Bestellung auf den Weg kann.",
                },
                test="event.FailureKind == 'shopper_can_fix'",
            ),
            Text(
                {"en": "You do not need to do anything.", "de": "Sie müssen nichts tun."},
                test="event.FailureKind != 'shopper_can_fix'",
            ),
            Text({"en": "{{ event.WhatNextText }}", "de": "{{ event.WhatNextText }}"}, needs="WhatNextText"),
            ITEMS,
            Fact({"en": "Date of the charge", "de": "Datum der Abbuchung"}, "ChargeDate"),
            BEFORE_TAXES,
            PAYMENT,
            UPDATE,
            MANAGE,
        ),
    ),
    Mail(
        "subscription-payment-action-required",
        {"en": "Please confirm your payment", "de": "Bitte bestätigen Sie Ihre Zahlung"},
        {"en": "Your bank asks you to confirm a payment", "de": "Ihre Bank bittet Sie, eine Zahlung zu bestätigen"},
        (
            Text({
                "en": "The payment for your subscription waits for you. Confirm it on your bank's page.",
                "de": "Die Zahlung für Ihr Abonnement wartet auf Sie. Bestätigen Sie sie auf der Seite Ihrer Bank.",
            }),
            Fact({"en": "Please confirm by", "de": "Bitte bestätigen bis"}, "ExpiresDate"),
            ITEMS,
            BEFORE_TAXES,
            PAYMENT,
            Button({"en": "Confirm payment", "de": "Zahlung bestätigen"}, "ConfirmUrl", is_first=True),
            MANAGE,
        ),
    ),
    Mail(
        "subscription-charge-recovered",
        {"en": "Your payment went through", "de": "Ihre Zahlung hat geklappt"},
        {"en": "Your payment went through", "de": "Ihre Zahlung hat geklappt"},
        (
            Text({
                "en": "Thank you. The payment that had failed went through on {{ event.PaidDate }}, "
                "and your order is on its way to being packed.",
                "de": "Vielen Dank. Die fehlgeschlagene Zahlung hat am {{ event.PaidDate }} geklappt, "
                "und Ihre Bestellung wird vorbereitet.",
            }),
            ITEMS,
            PAYMENT,
            *NEXT,
            MANAGE,
        ),
    ),
    Mail(
        "subscription-payment-exhausted",
        {"en": "We could not charge your subscription", "de": "Wir konnten Ihr Abonnement nicht abbuchen"},
        {"en": "We could not charge your subscription", "de": "Wir konnten Ihr Abonnement nicht abbuchen"},
        (
            Text({"en": "{{ event.FailureText }}", "de": "{{ event.FailureText }}"}),
            Text({"en": "{{ event.FinalText }}", "de": "{{ event.FinalText }}"}),
            ITEMS,
            BEFORE_TAXES,
            PAYMENT,
            UPDATE,
            MANAGE,
        ),
    ),
)  # fmt: skip
