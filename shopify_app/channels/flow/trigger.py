"""A trigger of Flow: the facts that fire it, and the fields it hands to a workflow."""

from __future__ import annotations

from dataclasses import dataclass

from shopify_app.channels.flow.fields import CUSTOMER, Field, day, of, text
from shopify_app.channels.klaviyo.story import Story
from shopify_app.kit.gid import number_of


@dataclass(frozen=True)
class Trigger:
    """`kinds`: the facts that fire it. `own`: its fields beside COMMON."""

    handle: str
    name: str
    says: str
    kinds: tuple[str, ...]
    own: tuple[Field, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        return (*COMMON, *self.own)


def _next_charge(story: Story) -> str | None:
    at = story.contract.next_charge_at
    return at.isoformat() if at else None


def _actor(story: Story) -> str:
    return story.fact.actor.split(":")[0]


COMMON = (
    Field("", CUSTOMER, "The customer", lambda story: story.fact.customer_gid),
    text(
        "Subscription ID", "Shopify's number of the subscription", lambda story: number_of(story.contract.shopify_gid)
    ),
    text("Status", "Active, Paused, Cancelled …", lambda story: story.contract.status.capitalize()),
    text("Items", "What the order or the subscription holds", lambda story: "; ".join(story.order.names)),
    day("Next charge date", "Empty when nothing is to be charged", _next_charge),
    text("Done by", "shopper, merchant, link, policy, flow, perennial or shopify", lambda story: _actor(story)),
    text("Happened at", "The instant, in UTC", lambda story: story.fact.occurred_at.isoformat()),
    text("Event ID", "The same if a person has it sent again", lambda story: story.fact.key),
)
ORDER = (
    text("Order number", "Which order of the subscription it is", lambda story: str(story.fact.cycle_index or "")),
)
CHARGED = (*ORDER, day("Charge date", "When it is, or was, to be charged", of("data", "expected_at")))
