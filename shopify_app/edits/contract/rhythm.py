"""Changing how often a subscription is charged and delivered."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, ClassVar

from sqlalchemy.orm import Session

from shopify_app.contracts.mirror import ENDED
from shopify_app.contracts.models import Contract
from shopify_app.edits.contract.action import Action, Standing
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.picture import Picture
from shopify_app.gateways.shopify import drafts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.kit.speech import N_
from shopify_app.plans import queries
from shopify_app.plans.terms import comes_each_year

UNITS = ("DAY", "WEEK", "MONTH", "YEAR")
"""SellingPlanInterval (schema 2026-10)."""
FIXED = {"WEEK": "WEEKDAY", "MONTH": "MONTHDAY", "YEAR": "YEARDAY"}
"""Unit → the kind of day on which all dates can be fixed (SellingPlanAnchorType, schema 2026-10)."""
MOST = 99
"""The largest count that a form takes; Shopify's own bound is not published."""


@dataclass(frozen=True)
class Offered:
    """A rhythm that the shop's plans offer a subscription; `is_now`: it has this one."""

    plan_gid: str
    name: str
    interval: str
    interval_count: int
    anchors: list[Json]
    is_now: bool


def offered(session: Session, contract: Contract) -> list[Offered]:
    """Return the rhythms that the group of the subscription's plan offers, but for those that are paid ahead.

    Nothing for a subscription without a plan that we know, and for one that is prepaid itself.
    """
    plan = next((line.selling_plan_gid for line in contract.lines if line.selling_plan_gid), None)
    if plan is None or contract.is_prepaid:
        return []
    options = queries.options(session, contract.shop_id, plan)
    return [
        _offered(contract, option)
        for option in options
        if _beat(option.billing_policy) == _beat(option.delivery_policy)
    ]


def on_plan(session: Session, contract: Contract, plan_gid: str) -> Frequency | No:
    """Return the edit that gives a subscription the rhythm of a plan it is offered; or why not."""
    found = next((each for each in offered(session, contract) if each.plan_gid == plan_gid), None)
    if found is None:
        return No.PREPAID if contract.is_prepaid else No.NOT_OFFERED
    limits = (contract.billing_policy.get("minCycles"), contract.billing_policy.get("maxCycles"))
    return Frequency(found.interval, found.interval_count, found.anchors, *limits)


def every(contract: Contract, interval: str, count: int) -> Frequency:
    """Return the edit that makes a subscription come every `count` of `interval` (one of UNITS).

    Its anchors (a weekday, a day of the month) stay where they fit the new unit. Its limits stay.
    """
    policy = contract.billing_policy
    anchors = policy.get("anchors") or [] if policy["interval"] == interval else []
    return Frequency(
        interval, count, [_anchor(each) for each in anchors], policy.get("minCycles"), policy.get("maxCycles")
    )


def on_day(contract: Contract, day: int, month: int | None = None) -> Frequency | No:
    """Return the edit that moves all dates of a subscription to a fixed day; or why there is none.

    `day` is that of the week (1 is Monday) for one that comes every so many weeks, of the month for months (in a
    shorter month its last one), of `month` for years. A rhythm of days knows none. Everything else stays.
    """
    policy = contract.billing_policy
    kind = FIXED.get(policy["interval"])
    if kind is None or not _exists(kind, day, month):
        return No.NO_FIXED_DAY
    anchor = {"type": kind, "day": day, "month": month if kind == "YEARDAY" else None, "cutoffDay": None}
    limits = (policy.get("minCycles"), policy.get("maxCycles"))
    return Frequency(policy["interval"], int(policy["intervalCount"]), [anchor], *limits)


def on_day_of(session: Session, contract: Contract, at: date) -> Frequency | No:
    """Return the edit that moves all dates to the day of this one, for a shopper: a day that the plan fixes stays."""
    plans = [line.selling_plan_gid for line in contract.lines if line.selling_plan_gid]
    if queries.fix_a_day(session, contract.shop_id, plans):
        return No.FIXED_BY_PLAN
    is_weekly = contract.billing_policy["interval"] == "WEEK"
    return on_day(contract, at.isoweekday() if is_weekly else at.day, at.month)


def _exists(kind: str, day: int, month: int | None) -> bool:
    if kind == "YEARDAY":
        return month is not None and comes_each_year(day, month)
    return 1 <= day <= (7 if kind == "WEEKDAY" else 31)


@dataclass(frozen=True)
class Frequency(Action):
    """Another rhythm of billing and delivery, both alike. Prepaid subscriptions keep theirs.

    `anchors` are as Shopify takes them (SellingPlanAnchorInput); so are the numbers of cycles, which stay.
    """

    interval: str
    interval_count: int
    anchors: list[Json] = field(default_factory=list)
    min_cycles: int | None = None
    max_cycles: int | None = None

    name: ClassVar[str] = "frequency"
    done_words: ClassVar[str] = N_("Frequency changed")
    is_draft: ClassVar[bool] = True

    def asked(self) -> Json:
        return {"interval": self.interval, "interval_count": self.interval_count, "anchors": self.anchors}

    def why_not(self, standing: Standing) -> No | None:
        if standing.contract.status in ENDED:
            return No.ENDED
        if standing.contract.is_prepaid:
            return No.PREPAID
        return No.ALREADY if self.is_true(standing.contract, {}) else None

    def paint(self, before: Picture) -> Picture:
        """The new dates are Shopify's: how it lays out cycles under a changed policy is not documented."""
        billing: Json = {"interval": self.interval, "intervalCount": self.interval_count}
        if self.anchors:
            billing["anchors"] = self.anchors
        return replace(before, billing=billing, dates=None)

    def send(self, client: AdminClient, contract_gid: str) -> None:
        rhythm: dict[str, Any] = {
            "interval": self.interval,
            "intervalCount": self.interval_count,
            "anchors": self.anchors,
        }
        billing = {**rhythm, "minCycles": self.min_cycles, "maxCycles": self.max_cycles}
        drafts.change(client, contract_gid, [drafts.set_fields(billingPolicy=billing, deliveryPolicy=rhythm)])

    def is_true(self, contract: Contract, before: Json) -> bool:
        wished = (self.interval, self.interval_count)
        policies = (contract.billing_policy, contract.delivery_policy)
        has_days = _days(contract.billing_policy.get("anchors")) == _days(self.anchors)
        return has_days and all(_beat(policy) == wished for policy in policies)

    def undo(self, before: Json) -> Action | None:
        was = before["billing"]
        anchors = was.get("anchors") or []
        return Frequency(was["interval"], was["intervalCount"], anchors, self.min_cycles, self.max_cycles)


def _offered(contract: Contract, option: queries.Option) -> Offered:
    policy = option.billing_policy
    anchors = [_anchor(each) for each in policy.get("anchors") or []]
    is_now = (_beat(policy), _days(anchors)) == (
        _beat(contract.billing_policy),
        _days(contract.billing_policy.get("anchors")),
    )
    return Offered(option.plan_gid, option.name, *_beat(policy), anchors, is_now)


def _beat(policy: Json) -> tuple[str, int]:
    return policy["interval"], int(policy["intervalCount"])


def _anchor(anchor: Json) -> Json:
    """An anchor as Shopify takes it (SellingPlanAnchorInput, schema 2026-10)."""
    return {name: anchor.get(name) for name in ("type", "day", "month", "cutoffDay")}


def _days(anchors: list[Json] | None) -> set[tuple[Any, ...]]:
    return {(each["type"], each["day"], each.get("month")) for each in anchors or []}
