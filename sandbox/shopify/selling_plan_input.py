"""Selling plan input turned into rows, with the errors Shopify gives (SellingPlanGroupUserErrorCode).

The codes are the schema's, 2026-10; which field an error names, and what counts as too large, are doubts: README.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from graphql import GraphQLError

from sandbox.shopify.selling_plans import options_of
from sandbox.world.store import Row

MOST_PLANS = 31  # Shopify docs: a selling plan group has at most 31 selling plans
DAYS = {"DAY": 1, "WEEK": 7, "MONTH": 30, "YEAR": 365}
LONGEST = 3 * 365
ANCHORS = {"WEEKDAY": ("WEEK", 7), "MONTHDAY": ("MONTH", 31), "YEARDAY": ("YEAR", 31)}
"""Anchor type → the interval it fits, and its last day."""
UNITS = {"DAY": ("day", 1), "WEEK": ("day", 7), "MONTH": ("month", 1), "YEAR": ("month", 12)}

Path = list[str]


class Refused(ValueError):
    """An input that Shopify answers with a user error."""

    def __init__(self, code: str, field: Path, message: str) -> None:
        super().__init__(message)
        self.user_error = (code, field, message)


def plan_values(given: dict[str, Any], field: Path, before: Row | None = None) -> Row:
    """A plan's row from a SellingPlanInput. Of an existing plan, what is not given stays. Raises Refused."""
    plan: Row = dict(before or {})
    plan |= {
        name: given[name] for name in ("name", "description", "options", "category", "position") if name in given
    }
    if not (plan.get("name") or "").strip():
        raise Refused("BLANK", [*field, "name"], "Name can't be blank")
    if given.get("billingPolicy") or before is None:
        plan |= _billing(_recurring(given, "billing", field), [*field, "billingPolicy", "recurring"])
    if given.get("deliveryPolicy") or before is None:
        plan |= _delivery(_recurring(given, "delivery", field), [*field, "deliveryPolicy", "recurring"])
    if "pricingPolicies" in given:
        plan["pricing"] = _pricing(given["pricingPolicies"] or [], [*field, "pricingPolicies"])
    if given.get("inventoryPolicy"):
        plan["reserve"] = given["inventoryPolicy"]["reserve"]
    _check_together(plan, field)
    return plan


def check_group(plans: list[Row], options: list[str], field: Path) -> None:
    """What holds for all plans of a group together. Raises Refused."""
    if not plans:
        raise Refused("SELLING_PLAN_COUNT_LOWER_BOUND", field, "Must include at least one selling plan")
    if len(plans) > MOST_PLANS:
        raise Refused("SELLING_PLAN_COUNT_UPPER_BOUND", field, "Exceeded the selling plan limit (31)")
    if _twice(plan["name"].lower() for plan in plans):
        raise Refused("SELLING_PLAN_DUPLICATE_NAME", field, "Cannot have multiple selling plans with the same name")
    if _twice(tuple(options_of(plan)) for plan in plans):
        message = "Cannot have multiple selling plans with the same options"
        raise Refused("SELLING_PLAN_DUPLICATE_OPTIONS", field, message)
    for plan in plans:
        _check_options(len(options), len(options_of(plan)), field)


def _check_options(labels: int, given: int, field: Path) -> None:
    for number in (2, 3):
        if given >= number > labels:
            code = f"SELLING_PLAN_MISSING_OPTION{number}_LABEL_ON_PARENT_GROUP"
            raise Refused(code, field, f"There's no label for option{number} on the selling plan group")
        if labels >= number > given:
            code = f"SELLING_PLAN_OPTION{number}_REQUIRED_AS_DEFINED_ON_PARENT_GROUP"
            raise Refused(code, field, f"option{number} is required because the selling plan group has it")


def _twice(values: Iterable[object]) -> bool:
    found = list(values)
    return len(found) != len(set(found))


def _recurring(given: dict[str, Any], noun: str, field: Path) -> dict[str, Any]:
    policy, path = given.get(f"{noun}Policy") or {}, [*field, f"{noun}Policy"]
    if policy.get("recurring") and policy.get("fixed"):
        code = f"ONLY_ONE_OF_FIXED_OR_RECURRING_{noun.upper()}"
        raise Refused(code, path, f"A selling plan can't have both fixed and recurring {noun} policies")
    if policy.get("fixed"):
        raise GraphQLError("sandbox does not model fixed policies of selling plans")
    if not policy.get("recurring"):
        raise Refused(f"SELLING_PLAN_{noun.upper()}_POLICY_MISSING", path, f"Missing {noun} policy")
    return dict(policy["recurring"])


def _rhythm(given: dict[str, Any], code: str, field: Path) -> tuple[str, int]:
    interval, count = given.get("interval"), given.get("intervalCount")
    if not interval or count is None:
        raise Refused("BLANK", [*field, "interval" if not interval else "intervalCount"], "Interval can't be blank")
    if count < 1:
        message = "Interval count must be greater than or equal to 1"
        raise Refused("GREATER_THAN_OR_EQUAL_TO", [*field, "intervalCount"], message)
    if count * DAYS[interval] > LONGEST:
        raise Refused(code, [*field, "intervalCount"], "The interval is too large")
    return interval, count


def _billing(given: dict[str, Any], field: Path) -> Row:
    interval, count = _rhythm(given, "BILLING_POLICY_INTERVAL_TOO_LARGE", field)
    low, high = given.get("minCycles"), given.get("maxCycles")
    for name, value in (("minCycles", low), ("maxCycles", high)):
        if value is not None and value < 1:
            raise Refused("GREATER_THAN_OR_EQUAL_TO", [*field, name], "Must be greater than or equal to 1")
    if low and high and high <= low:
        code = "SELLING_PLAN_MAX_CYCLES_MUST_BE_GREATER_THAN_MIN_CYCLES"
        raise Refused(code, [*field, "maxCycles"], "Max cycles must be greater than min cycles")
    anchors = _anchors(given, interval, field)
    return {
        "interval": interval,
        "interval_count": count,
        "min_cycles": low,
        "max_cycles": high,
        "anchors": anchors,
    }


def _delivery(given: dict[str, Any], field: Path) -> Row:
    interval, count = _rhythm(given, "DELIVERY_POLICY_INTERVAL_TOO_LARGE", field)
    if (given.get("cutoff") or 0) < 0:
        raise Refused("GREATER_THAN_OR_EQUAL_TO", [*field, "cutoff"], "Cutoff must be greater than or equal to 0")
    return {
        "delivery_interval": interval,
        "delivery_count": count,
        "cutoff": given.get("cutoff"),
        "pre_anchor": given.get("preAnchorBehavior") or "ASAP",
        "delivery_anchors": _anchors(given, interval, field),
    }


def _anchors(given: dict[str, Any], interval: str, field: Path) -> list[Row]:
    found = []
    for number, anchor in enumerate(given.get("anchors") or []):
        path = [*field, "anchors", str(number)]
        fits, last = ANCHORS.get(anchor.get("type"), ("", 0))
        if fits != interval or (anchor["type"] == "YEARDAY") != bool(anchor.get("month")):
            raise Refused("INVALID", [*path, "type"], "The anchor does not fit the interval")
        for name in ("day", "cutoffDay"):
            value = anchor.get(name)
            if (value is None and name == "day") or (value is not None and not 1 <= value <= last):
                raise Refused("INCLUSION", [*path, name], f"{name} is not included in the list")
        found.append({name: anchor.get(name) for name in ("type", "day", "month", "cutoffDay")})
    return found


def _pricing(given: list[dict[str, Any]], field: Path) -> list[Row]:
    if len(given) > 2:
        message = "Selling plans can't have more than 2 pricing policies"
        raise Refused("SELLING_PLAN_PRICING_POLICIES_LIMIT", field, message)
    found = [_price(each, [*field, str(number)]) for number, each in enumerate(given)]
    if found and all(each["after_cycle"] is not None for each in found):
        code = "SELLING_PLAN_PRICING_POLICIES_MUST_CONTAIN_A_FIXED_PRICING_POLICY"
        raise Refused(code, field, "Pricing policies must contain one fixed pricing policy")
    return found


def _price(given: dict[str, Any], field: Path) -> Row:
    kinds = [kind for kind in ("fixed", "recurring") if given.get(kind)]
    if len(kinds) != 1:
        raise Refused("ONLY_NEED_ONE_PRICING_POLICY_TYPE", field, "Only one pricing policy type can be defined")
    policy, path = given[kinds[0]], [*field, kinds[0], "adjustmentValue"]
    value = policy.get("adjustmentValue") or {}
    names = [name for name in ("percentage", "fixedValue") if value.get(name) is not None]
    if len(names) > 1:
        raise Refused("ONLY_NEED_ONE_PRICING_POLICY_VALUE", path, "Only one value can be defined")
    kind = policy.get("adjustmentType")
    if names != ["percentage" if kind == "PERCENTAGE" else "fixedValue"]:
        code = "PRICING_POLICY_ADJUSTMENT_VALUE_AND_TYPE_MUST_MATCH"
        raise Refused(code, path, "Adjustment value and adjustment type must match")
    amount = Decimal(str(value[names[0]]))
    if amount < 0:
        raise Refused("GREATER_THAN_OR_EQUAL_TO", path, "Must be greater than or equal to 0")
    if kind == "PERCENTAGE" and amount > 100:
        raise Refused("LESS_THAN_OR_EQUAL_TO", path, "Must be less than or equal to 100")
    return {"type": kind, "value": str(amount), "after_cycle": policy.get("afterCycle")}


def _check_together(plan: Row, field: Path) -> None:
    """Billing and delivery must fit each other, whichever of them was given."""
    if plan.get("delivery_anchors", plan["anchors"]) != plan["anchors"]:
        code = "SELLING_PLAN_BILLING_AND_DELIVERY_POLICY_ANCHORS_MUST_BE_EQUAL"
        raise Refused(code, field, "Billing and delivery policies anchors must be equal")
    unit, billed = _length(plan["interval"], plan["interval_count"])
    other, delivered = _length(plan["delivery_interval"], plan["delivery_count"])
    if unit != other or billed % delivered:
        code = "SELLING_PLAN_BILLING_CYCLE_MUST_BE_A_MULTIPLE_OF_DELIVERY_CYCLE"
        raise Refused(code, field, "Billing cycle must be a multiple of delivery cycle")


def _length(interval: str, count: int) -> tuple[str, int]:
    unit, each = UNITS[interval]
    return unit, each * count
