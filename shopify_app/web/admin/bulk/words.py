"""Bulk changes in a merchant's words."""

from __future__ import annotations

from shopify_app.edits.bulk import models
from shopify_app.web.admin.words import Badge

ACTIONS = {
    "pause": "Pause",
    "resume": "Resume",
    "cancel": "Cancel",
    "skip": "Skip the next order",
    "move": "Move the next order",
    "swap": "Swap an item",
    "undo": "Take back",
}
STATES = {
    models.WEIGHING: Badge("Being checked", "info"),
    models.WEIGHED: Badge("Waits for you", "caution"),
    models.RUNNING: Badge("Running", "info"),
    models.DONE: Badge("Done", "success"),
    models.STOPPED: Badge("Stopped", "neutral"),
}
ITEMS = {
    models.NEW: "Not checked yet",
    models.CAN: "Not done",
    models.CANNOT: "Left out",
    models.CHANGED: "Done",
    models.REFUSED: "Not possible",
}
GONE = "This bulk change is no longer there."
NOBODY = "Choose at least one subscription first."
BAD_FILTER = "A filter could not be read, so nobody knows which subscriptions are meant. Go back and mend it."
CHOSEN = "chosen by hand"
EVERYBODY = "all subscriptions"
SEARCHED = "a search"
PAST = "Choose a day after today."
WHICH_DAY = "Enter a day, or by how many days: one of the two."
SAME_ITEM = "Choose another product than the one it replaces."
NO_ANSWER = "Shopify does not answer right now. Please try again in a minute."


def title(action: str, undone: str | None = None) -> str:
    """Return the name of a bulk change, e.g. "Pause", or "Take back: pause"."""
    name = ACTIONS.get(action, action.capitalize())
    return f"{name}: {ACTIONS.get(undone, undone).lower()}" if undone else name
