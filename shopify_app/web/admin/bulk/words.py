"""Bulk changes in a merchant's words."""

from __future__ import annotations

from shopify_app.edits.bulk import models
from shopify_app.kit.speech import N_, _
from shopify_app.web.admin.words import Badge
from shopify_app.web.format import inner

ACTIONS = {
    "pause": N_("Pause"),
    "resume": N_("Resume"),
    "cancel": N_("Cancel"),
    "skip": N_("Skip the next order"),
    "move": N_("Move the next order"),
    "swap": N_("Swap an item"),
    "undo": N_("Take back"),
}
STATES = {
    models.WEIGHING: Badge(N_("Being checked"), "info"),
    models.WEIGHED: Badge(N_("Waits for you"), "caution"),
    models.RUNNING: Badge(N_("Running"), "info"),
    models.DONE: Badge(N_("Done"), "success"),
    models.STOPPED: Badge(N_("Stopped"), "neutral"),
}
ITEMS = {
    models.NEW: N_("Not checked yet"),
    models.CAN: N_("Not done"),
    models.CANNOT: N_("Left out"),
    models.CHANGED: N_("Done"),
    models.REFUSED: N_("Not possible"),
}
GONE = N_("This bulk change is no longer there.")
NOBODY = N_("Choose at least one subscription first.")
BAD_FILTER = N_("A filter could not be read, so nobody knows which subscriptions are meant. Go back and mend it.")
CHOSEN = N_("chosen by hand")
EVERYBODY = N_("all subscriptions")
SEARCHED = N_("a search")
PAST = N_("Choose a day after today.")
WHICH_DAY = N_("Enter a day, or by how many days: one of the two.")
SAME_ITEM = N_("Choose another product than the one it replaces.")
NO_ANSWER = N_("Shopify does not answer right now. Please try again in a minute.")


def title(action: str, undone: str | None = None) -> str:
    """Return the name of a bulk change, e.g. "Pause", or "Take back: pause"."""
    name = str(ACTIONS.get(action, action.capitalize()))
    if not undone:
        return name
    what = str(ACTIONS.get(undone, undone))
    return _("Take back: %(deed)s", deed=inner(what))
