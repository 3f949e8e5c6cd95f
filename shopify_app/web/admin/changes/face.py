"""How one edit of a subscription looks to a merchant: its words, its form, and when it is offered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from shopify_app.contracts.models import ACTIVE, FAILED, PAUSED, Contract
from shopify_app.edits.contract.action import Action
from shopify_app.web.admin.detail import Detail
from shopify_app.web.forms import Form

ALIVE = (ACTIVE, PAUSED, FAILED)
"""Statuses in which Shopify lets a subscription be changed."""


def _no_choices(found: Detail, form: Form) -> Mapping[str, Any]:
    return {}


def _nothing(action: Action) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Face:
    """`verb` is the action's name and the end of the page's address.

    `read` makes the action of what was typed, or notes errors at the fields and returns None; without errors the form
    is shown again, with what can be chosen from now. `fields` is the file in
    `templates/contract/change/` with the form's fields; it reads `typed`, `errors` and what `choices` returns, and
    `names` are those that go from the form through the preview to the deed. It is offered in these `statuses`: beside
    each item when `of_line` (the page is opened with `?line=gid`), else among the subscription's buttons. `warning`
    stands above the last button. `shown` are further fields of the preview, by which `read` knows what was shown.
    It is offered where it `fits`: nothing can be taken from a subscription that has it once or not at all.
    """

    verb: str
    title: str
    button: str
    read: Callable[[Form, Detail], Action | None]
    statuses: tuple[str, ...] = ALIVE
    fields: str = ""
    names: tuple[str, ...] = ()
    choices: Callable[[Detail, Form], Mapping[str, Any]] = _no_choices
    shown: Callable[[Action], Mapping[str, str]] = _nothing
    of_line: bool = False
    is_critical: bool = False
    warning: str = ""
    fits: Callable[[Contract], bool] = lambda contract: True

    @property
    def field(self) -> str:
        """The first field that is seen: what is wrong with the edit as a whole is told there."""
        return next((name for name in self.names if name != "line"), "")
