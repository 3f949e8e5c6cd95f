"""Every edit of a subscription by its name, so that a row becomes an action again."""

from __future__ import annotations

from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.statuses import Cancel, Pause, Reactivate, Resume
from shopify_app.kit.db import Json

ACTIONS: dict[str, type[Action]] = {action.name: action for action in (Pause, Resume, Reactivate, Cancel)}


def parse(name: str, wish: Json) -> Action:
    """Return the action that a row keeps. Raises KeyError or TypeError for one that another version wrote."""
    return ACTIONS[name](**wish)
