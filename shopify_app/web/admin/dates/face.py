"""How one edit of a date looks to a merchant: its words, its form, and how it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import g

from shopify_app.context import Context
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits import door
from shopify_app.edits.answers import Answer
from shopify_app.edits.change import Change, Target
from shopify_app.web.admin.detail import Detail
from shopify_app.web.format import day
from shopify_app.web.forms import Form


@dataclass(frozen=True)
class Asked:
    """What one request is about: a date of a subscription, and what was typed."""

    number: str
    found: Detail
    cycle: BillingCycle
    form: Form

    @property
    def contract(self) -> Contract:
        return self.found.contract

    @property
    def date(self) -> str:
        return day(self.cycle.due_at or self.cycle.expected_at, g.shop.zone)

    @property
    def others(self) -> list[BillingCycle]:
        """The other dates to come, soonest first."""
        return [each for each in self.found.cycles if each.cycle_index != self.cycle.cycle_index]


def _no_choices(asked: Asked) -> Mapping[str, Any]:
    return {}


def _through_the_door(ctx: Context, change: Change, target: Target, request_id: str) -> Answer:
    return door.carry_out(ctx, change, target, request_id)


@dataclass(frozen=True)
class Face:
    """`verb` is the end of the page's address. `heading` asks; `explain` says what would come of a change.

    `read` makes the change of what was typed, or notes errors at the fields and returns None. `fields` is the file in
    `templates/contract/date/` with the form's fields; it reads `typed`, `errors` and what `choices` returns, and
    `names` are those that go through the preview to the deed.
    """

    verb: str
    button: str
    heading: Callable[[Asked], str]
    read: Callable[[Asked], Change | None]
    explain: Callable[[Asked, Change], list[str]]
    fields: str = ""
    names: Callable[[Asked], tuple[str, ...]] = lambda asked: ()
    choices: Callable[[Asked], Mapping[str, Any]] = _no_choices
    do: Callable[[Context, Change, Target, str], Answer] = _through_the_door
