"""What Home says of each group of things that need a person: the heading and what it means."""

from __future__ import annotations

from typing import NamedTuple

from shopify_app.kit.speech import N_, ngettext

PARKED, DECISION, MERCHANT, SHORT, CHANGES, TASKS = "parked", "decision", "merchant", "short", "changes", "tasks"


class Said(NamedTuple):
    """A group's heading, what it means, and the link to all of it."""

    heading: str
    means: str
    all: str


GROUPS = {
    PARKED: Said(
        N_("Charges that wait for you"),
        N_("Nobody is charged until you have looked: each says why."),
        N_("See all that wait"),
    ),
    DECISION: Said(
        N_("Failed charges, for you to decide"),
        N_("Every try has failed, or Shopify's answer has to be looked at. Nothing more is tried."),
        N_("See all that wait for your decision"),
    ),
    MERCHANT: Said(
        N_("Failed charges that you can mend"),
        N_("A setting or an account of yours stands in the way. Nothing is tried until you have mended it."),
        N_("See all that you can mend"),
    ),
    SHORT: Said(
        N_("Orders in which something is out of stock"),
        N_("Their day has come, and your policy leaves them to you. Nobody is charged until you have decided."),
        N_("See all that wait for stock"),
    ),
    CHANGES: Said(
        N_("Changes to what ships until tomorrow"),
        N_("Whoever packs has not taken note of them yet."),
        N_("See all changes"),
    ),
    TASKS: Said(
        N_("Tasks"),
        N_("Perennial could not do these by itself."),
        N_("See all tasks"),
    ),
}
"""Group → what is said of it, most urgent first."""
ALL_WELL = N_("Nothing needs you. What does appears here, with what can be done about it.")


def all_well(held: int) -> str:
    """Return what is said when nothing needs a person; `held` orders are held, and decided when their time comes."""
    if not held:
        return str(ALL_WELL)
    return ngettext(
        "Nothing needs you. %(num)s order is held: it goes on by itself when its time comes.",
        "Nothing needs you. %(num)s orders are held: they go on by themselves when their time comes.",
        held,
    )
