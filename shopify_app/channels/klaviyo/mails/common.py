"""Pieces that several starter mails share."""

from __future__ import annotations

from shopify_app.channels.klaviyo.mails.pieces import Button, Fact, Items, Text

LANGUAGES = ("en", "de")

ITEMS = Items({"en": "Your items", "de": "Ihre Artikel"}, {"en": "Quantity", "de": "Menge"})
MANAGE = Button({"en": "Manage subscription", "de": "Abonnement verwalten"}, "ManageUrl")
OFTEN = Fact({"en": "How often", "de": "Wie oft"}, "FrequencyText")
PAYMENT = Fact({"en": "Payment method", "de": "Zahlungsmethode"}, "PaymentMethod")
BEFORE_TAXES = Fact({"en": "Total before taxes", "de": "Summe vor Steuern"}, "OrderTotal")
NEXT = (
    Fact({"en": "Next charge", "de": "Nächste Abbuchung"}, "NextChargeDate"),
    Fact({"en": "Total before taxes", "de": "Summe vor Steuern"}, "NextChargeTotal"),
)
SHORT_NOTICE = Text(
    {"en": "We are sorry for the short notice.", "de": "Bitte entschuldigen Sie die kurzfristige Nachricht."},
    "LateNotice",
)
UNTIL = Text(
    {
        "en": "You can still change this order until <strong>{{ event.EditableUntil }}</strong>.",
        "de": "Sie können diese Bestellung noch bis <strong>{{ event.EditableUntil }}</strong> ändern.",
    },
    "EditableUntil",
)
CHOICES = (
    Button({"en": "Skip this order", "de": "Diese Bestellung auslassen"}, "SkipUrl", is_first=True),
    Button({"en": "One week later", "de": "Eine Woche später"}, "DelayOneWeekUrl"),
    Button({"en": "Two weeks later", "de": "Zwei Wochen später"}, "DelayTwoWeeksUrl"),
)
BRING_BACK = Button({"en": "Bring this order back", "de": "Diese Bestellung zurückholen"}, "UnskipUrl", is_first=True)
BY = Text({"en": "{{ event.ChangedByText }}", "de": "{{ event.ChangedByText }}"}, "ChangedByText")
