"""The form of a plan: read into terms with each mistake at its field, and written from terms."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from shopify_app.kit.money import digits
from shopify_app.kit.speech import _
from shopify_app.plans.terms import ANCHORS, DISCOUNTS, NONE, PERCENTAGE, UNITS, Terms, comes_each_year, plain
from shopify_app.web.admin import plan_words
from shopify_app.web.forms import Form

LONGEST_NAME = 100
MOST = {
    "every": 99,
    "deliveries": 60,
    "monthday": 31,
    "cutoff": 60,
    "min_cycles": 999,
    "max_cycles": 999,
    "first": 99,
}
LARGEST = Decimal(1_000_000)
_PRICE = ("discount", "value", "first", "later", "later_value")
_DAYS = ("weekday", "monthday", "month", "cutoff")
FIELDS = ("group", "name", "unit", "every", "deliveries", *_PRICE, *_DAYS, "min_cycles", "max_cycles")
EMPTY = {"unit": "WEEK", "every": "4", "deliveries": "1", "discount": PERCENTAGE, "value": "10"}
"""What a new form starts with."""


def read(form: Form, currency: str) -> Terms | None:
    """Return the terms that were typed; None when a field is wrong, with the mistakes in `form.errors`."""
    unit, discount = form.choice("unit", UNITS), form.choice("discount", DISCOUNTS)
    every, deliveries = (form.whole_number(name, 1, MOST[name]) for name in ("every", "deliveries"))
    value = _value(form, "value", discount, currency)
    first, later, later_value = _later(form, currency)
    anchor, month = _anchor(form, unit), _month(form, unit)
    cutoff, low, high = (_maybe(form, name, 1) for name in ("cutoff", "min_cycles", "max_cycles"))
    if cutoff and not anchor and not form.errors:
        form.errors["cutoff"] = _("A cutoff needs a fixed day. Choose one, or leave this empty.")
    if low and high and high < low:
        form.errors["max_cycles"] = _("Enter at least the smallest number.")
    if first and high and high <= first:
        form.errors["first"] = _("The subscription ends before the later price begins.")
    if first and (discount, value or "") == (later, later_value) and not form.errors:
        form.errors["later_value"] = _("This is the price of the first orders, too. Change one, or leave both alone.")
    name = form.text("name", _("a name"), longest=LONGEST_NAME, required=False)
    if form.errors or unit is None or discount is None or every is None or deliveries is None:
        return None
    days = (anchor, cutoff, low, high, month)
    terms = Terms(name or "", unit, every, deliveries, discount, value or "", *days, first, later, later_value)
    return terms if name else Terms(**{**terms.as_json(), "name": plan_words.name_of(terms)})


def typed(terms: Terms) -> dict[str, str]:
    """Return terms as a form shows them."""
    fields = {name: value for name, value in terms.as_json().items() if name != "anchor"}
    if terms.anchor:
        fields["weekday" if terms.unit == "WEEK" else "monthday"] = terms.anchor
    return {name: "" if value is None else str(value) for name, value in fields.items()}


def refuse(form: Form, problems: Sequence[tuple[str, str]]) -> str:
    """Put what Shopify refused at the fields; return what is about none of them."""
    elsewhere = []
    for field, words in problems:
        if field == "anchor":
            field = "weekday" if form.typed.get("unit") == "WEEK" else "monthday"
        if field in FIELDS:
            form.errors[field] = str(words)
        else:
            elsewhere.append(str(words))
    return " ".join(elsewhere)


def _later(form: Form, currency: str) -> tuple[int | None, str, str]:
    """For how many orders the first price holds, and what comes then; None, and nothing, when the price stays."""
    if not form.typed.get("first", "").strip():
        if form.typed.get("later_value", "").strip():
            form.errors["first"] = _("Say for how many orders the first price holds, or leave the later price empty.")
        return None, NONE, ""
    first = form.whole_number("first", 1, MOST["first"])
    later = form.choice("later", DISCOUNTS)
    return first, later or NONE, _value(form, "later_value", later, currency) or ""


def _value(form: Form, name: str, discount: str | None, currency: str) -> str | None:
    text = form.typed.get(name, "").strip()
    if discount in (None, NONE):
        return ""
    try:
        value = Decimal(text) if len(text) < 12 and text.isascii() else Decimal("nan")
    except InvalidOperation:
        value = Decimal("nan")
    if discount == PERCENTAGE:
        if not (value.is_finite() and 0 < value <= 100 and value == round(value, 2)):
            form.errors[name] = _("Enter a number above 0 and up to 100, e.g. 15 or 12.5.")
            return None
    elif not (value.is_finite() and 0 < value <= LARGEST and value == round(value, digits(currency))):
        example = "9.50" if digits(currency) else "9"
        form.errors[name] = _(
            "Enter an amount in %(currency)s, e.g. %(example)s.", currency=currency, example=example
        )
        return None
    return plain(str(value))


def _anchor(form: Form, unit: str | None) -> int | None:
    """The fixed day, of the field that fits the rhythm; the other one must be empty."""
    weekday, monthday = (form.typed.get(name, "").strip() for name in ("weekday", "monthday"))
    if weekday and unit != "WEEK":
        form.errors["weekday"] = _("A weekday goes with weeks only.")
    if monthday and unit not in ("MONTH", "YEAR"):
        form.errors["monthday"] = _("A day of the month goes with months and years only.")
    if unit not in ANCHORS:
        return None
    name, last = ("weekday", 7) if unit == "WEEK" else ("monthday", MOST["monthday"])
    return form.whole_number(name, 1, last) if form.typed.get(name, "").strip() else None


def _month(form: Form, unit: str | None) -> int | None:
    """The month of a fixed date each year; it and the day are chosen together."""
    month, day = (form.typed.get(name, "").strip() for name in ("month", "monthday"))
    if unit != "YEAR":
        if month:
            form.errors["month"] = _("A month goes with years only.")
        return None
    if bool(month) != bool(day):
        form.errors["monthday" if month else "month"] = _("Choose the month and its day together, or neither.")
        return None
    found = form.whole_number("month", 1, 12) if month else None
    if found and "monthday" not in form.errors and not comes_each_year(int(day), found):
        form.errors["monthday"] = _("The month does not have this day every year.")
    return found


def _maybe(form: Form, name: str, low: int) -> int | None:
    return form.whole_number(name, low, MOST[name]) if form.typed.get(name, "").strip() else None
