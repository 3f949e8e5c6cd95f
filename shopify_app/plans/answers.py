"""What comes of a change of selling plans, in words, and which field of the form an error of Shopify is about."""

from __future__ import annotations

from dataclasses import dataclass

from shopify_app.gateways.shopify.errors import UserError
from shopify_app.kit.speech import N_

LONGEST = 200
DONE = N_("Done at Shopify")
UNDER_WAY = N_("Shopify has not confirmed it yet. It shows here within minutes; nothing has to be done again.")
NO_ANSWER = N_("Shopify did not answer. Nothing was changed; please try again.")
NOT_DONE = N_("It was not done. Please try again.")
OTHER_WISH = N_("Something else was asked for first, and may be done by now. Open this again to see how it stands.")
GONE = N_("Shopify no longer has this group of plans.")
NO_SCOPE = N_(
    "Your shop has not let Perennial change products yet. Open Perennial anew from the Shopify admin and accept "
    "what it asks for."
)
_WORDS = {
    "BLANK": N_("This is needed."),
    "TOO_LONG": N_("This is too long."),
    "SELLING_PLAN_DUPLICATE_NAME": N_("Another plan of this group has this name."),
    "SELLING_PLAN_DUPLICATE_OPTIONS": N_("Another plan of this group has this name."),
    "SELLING_PLAN_MAX_CYCLES_MUST_BE_GREATER_THAN_MIN_CYCLES": N_("It must be more than the smallest number."),
    "SELLING_PLAN_COUNT_UPPER_BOUND": N_("A group holds at most 31 plans."),
    "SELLING_PLAN_COUNT_LOWER_BOUND": N_("A group needs a plan. Delete the group instead."),
    "BILLING_POLICY_INTERVAL_TOO_LARGE": N_("Shopify does not take charges so far apart."),
    "DELIVERY_POLICY_INTERVAL_TOO_LARGE": N_("Shopify does not take deliveries so far apart."),
    "GROUP_DOES_NOT_EXIST": GONE,
    "PLAN_DOES_NOT_EXIST": N_("Shopify no longer has this plan."),
    "PRODUCT_DOES_NOT_EXIST": N_("Shopify no longer has one of these products."),
    "PRODUCT_VARIANT_DOES_NOT_EXIST": N_("Shopify no longer has this variant."),
}
_BY_CODE = {
    "SELLING_PLAN_DUPLICATE_NAME": "name",
    "SELLING_PLAN_DUPLICATE_OPTIONS": "name",
    "SELLING_PLAN_MAX_CYCLES_MUST_BE_GREATER_THAN_MIN_CYCLES": "max_cycles",
    "BILLING_POLICY_INTERVAL_TOO_LARGE": "deliveries",
    "DELIVERY_POLICY_INTERVAL_TOO_LARGE": "every",
}
_BY_PATH = (
    ("minCycles", "min_cycles"),
    ("maxCycles", "max_cycles"),
    ("cutoff", "cutoff"),
    ("anchors", "anchor"),
    ("pricingPolicies", "value"),
    ("deliveryPolicy", "every"),
    ("billingPolicy", "deliveries"),
)


@dataclass(frozen=True)
class Answer:
    """`problems`: what Shopify refused, as (field of the form, words); a field is empty when it is about all of it.

    `group_gid` is the group it was about, once it is known.
    """

    is_done: bool
    words: str
    problems: tuple[tuple[str, str], ...] = ()
    group_gid: str | None = None


def problem(error: UserError) -> tuple[str, str]:
    """Return the field of our form that a userError is about, and what to say there."""
    words = _WORDS.get(error.code) or error.message[:LONGEST] or "Shopify refused it."
    return _field(error), words


def _field(error: UserError) -> str:
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    for part, field in _BY_PATH:
        if part in error.field:
            return field
    if error.field[-1:] == ("name",):
        return "name" if len(error.field) > 2 else "group"
    return ""
