"""What workflows may do with a subscription, and what merchants fill in for it. Handles and keys are an API.

`extensions/flow-<handle>` are written from here. Every field is a line of text, because only text takes a variable of
the workflow for certain (whether numbers do is unverified); what it holds is read here, at the edge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from shopify_app.edits.contract.statuses import REASONS
from shopify_app.kit.db import Json
from shopify_app.kit.gid import gid

LONGEST = 100
"""Characters of one field."""
VARIABLE = "{{"
"""What a field holds that a workflow fills in when it runs."""


class Wrong(ValueError):
    """What a field holds makes no sense; `key` is the field's, the message says what to enter."""

    def __init__(self, key: str, words: str) -> None:
        super().__init__(words)
        self.key = key


@dataclass(frozen=True)
class Entry:
    """One field. `read` makes of its text what a row keeps, or raises ValueError with what to enter."""

    key: str
    name: str
    says: str
    read: Callable[[str], str]
    is_required: bool = True


@dataclass(frozen=True)
class Action:
    """`word` is its part of the address."""

    handle: str
    word: str
    name: str
    says: str
    entries: tuple[Entry, ...]


def _number_of(kind: str, words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        digits = text.removeprefix(gid(kind, ""))
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 20):
            raise ValueError(words)
        return gid(kind, digits)

    return read


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise ValueError("Enter a day as YYYY-MM-DD.") from None


def _order(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 100_000):
        raise ValueError("Enter the number of an order of the subscription, e.g. 3.")
    return text


def _reason(text: str) -> str:
    if text not in REASONS:
        raise ValueError(f"Enter one of {', '.join(REASONS)}.")
    return text


_SUBSCRIPTION = Entry(
    "subscription-id",
    "Subscription ID",
    "Shopify's number of the subscription; our triggers hand it over",
    _number_of("SubscriptionContract", "Enter the number of a subscription."),
)
_NEXT = Entry("order-number", "Order number", "Empty for the next order", _order, is_required=False)
_ITEM = _number_of("ProductVariant", "Enter the number of a variant.")

ACTIONS = (
    Action("skip-order", "skip", "Skip subscription order", "Leaves one order out.", (_SUBSCRIPTION, _NEXT)),
    Action(
        "move-order",
        "move",
        "Move subscription order",
        "Charges one order on another day.",
        (_SUBSCRIPTION, Entry("day", "Day", "As YYYY-MM-DD", _day), _NEXT),
    ),
    Action(
        "pause-subscription",
        "pause",
        "Pause subscription",
        "Charges nothing until it is resumed.",
        (_SUBSCRIPTION, Entry("until", "Until", "As YYYY-MM-DD; empty for no end", _day, is_required=False)),
    ),
    Action(
        "cancel-subscription",
        "cancel",
        "Cancel subscription",
        "Ends a subscription for good.",
        (
            _SUBSCRIPTION,
            Entry("reason", "Reason", f"One of {', '.join(REASONS)}; empty for other", _reason, is_required=False),
        ),
    ),
    Action(
        "swap-item",
        "swap",
        "Swap subscription item",
        "Replaces an item in all orders to come.",
        (
            _SUBSCRIPTION,
            Entry("old-variant-id", "Old variant ID", "The variant that goes", _ITEM),
            Entry("new-variant-id", "New variant ID", "The variant that comes", _ITEM),
        ),
    ),
)
BY_WORD = {action.word: action for action in ACTIONS}


def read(action: Action, given: Mapping[str, object]) -> Json:
    """Return what a workflow filled in, field by field, empty ones left out. Raises Wrong for the first that is not
    right; what the action does not know is ignored, as Flow adds fields of its own."""
    found: Json = {}
    for entry in action.entries:
        text = _text(given.get(entry.key))
        if text is None or len(text) > LONGEST or not text.isprintable():
            raise Wrong(entry.key, "Enter one line of text.")
        if not text:
            if entry.is_required:
                raise Wrong(entry.key, f"Enter {entry.name}.")
            continue
        try:
            found[entry.key] = entry.read(text)
        except ValueError as error:
            raise Wrong(entry.key, str(error)) from None
    return found


def problems(action: Action, given: Mapping[str, object]) -> dict[str, str]:
    """Return, by key, what is wrong with the fields as a merchant filled them in; what a workflow will fill in is
    right until then."""
    found = {}
    for entry in action.entries:
        if VARIABLE in str(given.get(entry.key) or ""):
            continue
        try:
            read(Action("", "", "", "", (entry,)), given)
        except Wrong as wrong:
            found[wrong.key] = str(wrong)
    return found


def _text(value: object) -> str | None:
    """Text, or a whole number, as text; None for anything else."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip()
