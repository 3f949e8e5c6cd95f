"""What mails to staff say, in English and German. Places are filled by Jinja2, values escaped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Words = Mapping[str, str]


@dataclass(frozen=True)
class Message:
    """A mail to staff. Its variables: `shop`, `count`, `numbers`, `codes`, `since`, `fallback`, as each needs,
    of stock `items`, and of the digest `heading`, `entries`, `more`."""

    subject: Words
    paragraphs: tuple[Words, ...]


KLAVIYO, PARKED, UNKNOWN_CODE, UNEXPLAINED, TEST = "klaviyo", "parked", "unknown_code", "unexplained", "test"
MERCHANT, TASKS, DIGEST = "merchant", "tasks", "digest"
STOCK_SHORT, STOCK_AHEAD = "stock_short", "stock_ahead"

_NUMBERS = {
    "en": "Subscriptions: {{ numbers }}.",
    "de": "Abonnements: {{ numbers }}.",
}
_ENTRIES = "{% for one in entries %}<strong>{{ one.day }}</strong> · #{{ one.number }}: {{ one.changes }}<br>"
MESSAGES: dict[str, Message] = {
    KLAVIYO: Message(
        {"en": "{{ shop }}: Klaviyo refuses our events", "de": "{{ shop }}: Klaviyo lehnt unsere Ereignisse ab"},
        (
            {
                "en": "Klaviyo has refused the key since {{ since }}. Nothing is lost: what happens is kept, and "
                "sent when you connect again with a new key under Settings → Klaviyo.",
                "de": "Klaviyo lehnt den Schlüssel seit {{ since }} ab. Nichts geht verloren: Was geschieht, wird "
                "aufbewahrt und gesendet, wenn Sie unter Einstellungen → Klaviyo einen neuen Schlüssel eintragen.",
            },
            {
                "en": "{% if fallback %}Meanwhile shoppers are told by mail what they need to know."
                "{% else %}Meanwhile shoppers are told nothing.{% endif %}",
                "de": "{% if fallback %}Bis dahin erfahren Ihre Kunden per E-Mail, was sie wissen müssen."
                "{% else %}Bis dahin erfahren Ihre Kunden nichts.{% endif %}",
            },
        ),
    ),
    PARKED: Message(
        {
            "en": "{{ shop }}: {% if count == 1 %}a charge waits{% else %}{{ count }} charges wait{% endif %} "
            "for you",
            "de": "{{ shop }}: {% if count == 1 %}eine Zahlung wartet{% else %}{{ count }} Zahlungen warten"
            "{% endif %} auf Sie",
        },
        (
            {
                "en": "Perennial did not charge, because a person has to decide. The reason stands on each "
                "subscription's page.",
                "de": "Perennial hat nicht abgebucht, weil ein Mensch entscheiden muss. Der Grund steht auf der "
                "Seite des Abonnements.",
            },
            _NUMBERS,
        ),
    ),
    UNKNOWN_CODE: Message(
        {
            "en": "{{ shop }}: a charge failed for a reason we do not know",
            "de": "{{ shop }}: Eine Zahlung ist aus einem Grund fehlgeschlagen, den wir nicht kennen",
        },
        (
            {
                "en": "Shopify gave a code that this version of Perennial does not know: {{ codes }}. It is treated "
                "like a card that was declined. Please look at these subscriptions.",
                "de": "Shopify nannte einen Code, den diese Version von Perennial nicht kennt: {{ codes }}. Er wird "
                "wie eine abgelehnte Karte behandelt. Bitte sehen Sie sich diese Abonnements an.",
            },
            _NUMBERS,
        ),
    ),
    MERCHANT: Message(
        {
            "en": "{{ shop }}: {% if count == 1 %}a charge fails{% else %}{{ count }} charges fail{% endif %} for a "
            "reason only you can mend",
            "de": "{{ shop }}: {% if count == 1 %}Eine Zahlung schlägt{% else %}{{ count }} Zahlungen "
            "schlagen{% endif %} aus einem Grund fehl, den nur Sie beheben können",
        },
        (
            {
                "en": "Shopify says: {{ codes }}. Nothing is tried again, and shoppers are told nothing, until you "
                "have mended it. Then choose “Mended? Try all again” under Payments.",
                "de": "Shopify sagt: {{ codes }}. Es wird nichts erneut versucht, und Ihre Kunden erfahren nichts, "
                "bis Sie es behoben haben. Wählen Sie dann unter Zahlungen „Behoben? Alle erneut versuchen“.",
            },
            _NUMBERS,
        ),
    ),
    UNEXPLAINED: Message(
        {
            "en": "{{ shop }}: the charges of a day do not add up",
            "de": "{{ shop }}: Die Zahlungen eines Tages gehen nicht auf",
        },
        (
            {
                "en": "{% if count == 1 %}A charge was{% else %}{{ count }} charges were{% endif %} due in the last "
                "week and not made, and nothing says why. Please look at these subscriptions.",
                "de": "In der letzten Woche {% if count == 1 %}war eine Zahlung{% else %}waren {{ count }} "
                "Zahlungen{% endif %} fällig, ohne dass abgebucht wurde, und nichts sagt, warum. Bitte sehen Sie "
                "sich diese Abonnements an.",
            },
            _NUMBERS,
        ),
    ),
    STOCK_SHORT: Message(
        {
            "en": "{{ shop }}: {% if count == 1 %}{{ items[0].name }} is{% else %}{{ count }} items are{% endif %} "
            "short for subscribers",
            "de": "{{ shop }}: {% if count == 1 %}{{ items[0].name }} reicht{% else %}{{ count }} Artikel reichen"
            "{% endif %} nicht für alle Abonnements",
        },
        (
            {
                "en": "{% for one in items %}{{ one.name }}: {{ one.units }} short, {{ one.orders }} "
                "{% if one.orders == 1 %}order is{% else %}orders are{% endif %} held, the first of {{ one.on }}. "
                "{% endfor %}",
                "de": "{% for one in items %}{{ one.name }}: Es fehlen {{ one.units }}, {{ one.orders }} "
                "{% if one.orders == 1 %}Bestellung wird{% else %}Bestellungen werden{% endif %} zurückgehalten, die "
                "erste vom {{ one.on }}. {% endfor %}",
            },
            {
                "en": "Nobody is charged for what cannot be sent. Those concerned are told and asked as your policy "
                "has it; who gets what stands under Stock.",
                "de": "Niemand zahlt für etwas, das nicht geliefert werden kann. Die Betroffenen erfahren davon und "
                "werden gefragt, wie Sie es festgelegt haben; wer was bekommt, steht unter Bestand.",
            },
        ),
    ),
    STOCK_AHEAD: Message(
        {
            "en": "{{ shop }}: {% if count == 1 %}an item runs{% else %}{{ count }} items run{% endif %} out within "
            "four weeks",
            "de": "{{ shop }}: {% if count == 1 %}Ein Artikel reicht{% else %}{{ count }} Artikel reichen{% endif %} "
            "keine vier Wochen mehr",
        },
        (
            {
                "en": "{% for one in items %}{{ one.name }}: from {{ one.on }} on {{ one.units }} short for "
                "{{ one.subscribers }} {% if one.subscribers == 1 %}subscriber{% else %}subscribers{% endif %}. "
                "{% endfor %}",
                "de": "{% for one in items %}{{ one.name }}: Ab {{ one.on }} fehlen {{ one.units }} für "
                "{{ one.subscribers }} {% if one.subscribers == 1 %}Abonnement{% else %}Abonnements{% endif %}. "
                "{% endfor %}",
            },
            {
                "en": "This counts what upcoming orders need, though some may be skipped or cancelled until then; "
                "both numbers stand under Stock.",
                "de": "Gezählt ist, was kommende Bestellungen brauchen, auch wenn manche bis dahin übersprungen oder "
                "gekündigt werden; beide Zahlen stehen unter Bestand.",
            },
        ),
    ),
    TASKS: Message(
        {
            "en": "{{ shop }}: {% if count == 1 %}a task needs{% else %}{{ count }} tasks need{% endif %} a person",
            "de": "{{ shop }}: {% if count == 1 %}Eine Aufgabe braucht{% else %}{{ count }} Aufgaben brauchen"
            "{% endif %} einen Menschen",
        },
        (
            {
                "en": "Perennial could not do what was asked for by itself. What is the matter, and what helps, "
                "stands under Tasks.",
                "de": "Perennial konnte nicht alles selbst tun, worum es gebeten wurde. Was los ist und was hilft, "
                "steht unter Aufgaben.",
            },
            _NUMBERS,
        ),
    ),
    DIGEST: Message(
        {"en": "{{ heading }}", "de": "{{ heading }}"},
        (
            {
                "en": _ENTRIES + "{% else %}Nothing that ships has changed since the last message.{% endfor %}",
                "de": _ENTRIES
                + "{% else %}Seit der letzten Nachricht hat sich an keiner Sendung etwas geändert.{% endfor %}",
            },
            {"en": "{{ more }}", "de": "{{ more }}"},
        ),
    ),
    TEST: Message(
        {"en": "{{ shop }}: test mail", "de": "{{ shop }}: Testmail"},
        (
            {
                "en": "Mail from Perennial arrives at this address.",
                "de": "E-Mails von Perennial kommen unter dieser Adresse an.",
            },
        ),
    ),
}
OPEN = {"en": "Open Perennial", "de": "Perennial öffnen"}
FOOTER = {
    "en": "You receive this message because your address is set for alerts about {{ shop }}.",
    "de": "Sie erhalten diese Nachricht, weil Ihre Adresse für Hinweise zu {{ shop }} eingetragen ist.",
}
