"""What Home says of each group of things that need a person: the heading and what it means."""

from __future__ import annotations

from typing import NamedTuple

PARKED, DECISION, MERCHANT, SHORT, CHANGES, TASKS = "parked", "decision", "merchant", "short", "changes", "tasks"


class Said(NamedTuple):
    """A group's heading, what it means, and the link to all of it."""

    heading: str
    means: str
    all: str


GROUPS = {
    PARKED: Said(
        "Charges that wait for you",
        "Nobody is charged until you have looked: each says why.",
        "See all that wait",
    ),
    DECISION: Said(
        "Failed charges, for you to decide",
        "Every try has failed, or Shopify's answer has to be looked at. Nothing more is tried.",
        "See all that wait for your decision",
    ),
    MERCHANT: Said(
        "Failed charges that you can mend",
        "A setting or an account of yours stands in the way. Nothing is tried until you have mended it.",
        "See all that you can mend",
    ),
    SHORT: Said(
        "Orders in which something is out of stock",
        "Their day has come, and your policy leaves them to you. Nobody is charged until you have decided.",
        "See all that wait for stock",
    ),
    CHANGES: Said(
        "Changes to what ships until tomorrow",
        "Whoever packs has not taken note of them yet.",
        "See all changes",
    ),
    TASKS: Said(
        "Tasks",
        "Perennial could not do these by itself.",
        "See all tasks",
    ),
}
"""Group → what is said of it, most urgent first."""
ALL_WELL = "Nothing needs you. What does appears here, with what can be done about it."
