"""What a merchant may change about selling plans: what is sent to Shopify, and how to see that it came true there.

Each says all that it wants, so that asking again changes nothing; a plan cannot be added twice, because Shopify
refuses a second one of its name (SELLING_PLAN_DUPLICATE_NAME).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any, ClassVar, Protocol

from shopify_app.gateways.shopify import selling_plans
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.kit.db import Json
from shopify_app.plans import queries
from shopify_app.plans.models import SellingPlan, SellingPlanGroup
from shopify_app.plans.terms import Terms, read

VARIANT = "gid://shopify/ProductVariant/"
LABEL = "Deliver every"
"""What shoppers see above the choice of plans: the group's only option."""


class Change(Protocol):
    """One change of one group. `fact` is the kind of the fact that tells of it."""

    name: ClassVar[str]
    fact: ClassVar[str]

    def wish(self) -> Json:
        """Return what was asked for, as JSON that `parse` reads back."""

    def send(self, client: AdminClient, group_gid: str, request_id: str) -> None:
        """Ask Shopify. Raises ShopifyError."""

    def is_true(self, group: SellingPlanGroup | None) -> bool:
        """Answer whether the group is as wished; None stands for one that Shopify does not have."""


@dataclass(frozen=True)
class Create:
    """A new group with its first plan, sold from the start with these products or single variants, by their gids (at
    most PRODUCTS)."""

    group: str
    terms: Json
    products: list[str] = field(default_factory=list)
    name: ClassVar[str] = "create"
    fact: ClassVar[str] = "plans.created"

    def wish(self) -> Json:
        return asdict(self)

    def send(self, client: AdminClient, group_gid: str, request_id: str) -> None:
        plan = Terms.from_json(self.terms).as_input()
        made = {"name": self.group, "merchantCode": code_of(request_id), "options": [LABEL]}
        selling_plans.create(client, {**made, "sellingPlansToCreate": [plan]}, *_sorted(self.products))

    def is_true(self, group: SellingPlanGroup | None) -> bool:
        return group is not None and set(self.products) <= _sold(group)


@dataclass(frozen=True)
class AddPlan:
    """One more plan in a group."""

    terms: Json
    name: ClassVar[str] = "add_plan"
    fact: ClassVar[str] = "plans.plan_added"

    def wish(self) -> Json:
        return asdict(self)

    def send(self, client: AdminClient, group_gid: str, request_id: str) -> None:
        selling_plans.update(client, group_gid, {"sellingPlansToCreate": [Terms.from_json(self.terms).as_input()]})

    def is_true(self, group: SellingPlanGroup | None) -> bool:
        return any(terms_of(plan) == Terms.from_json(self.terms) for plan in _on_sale(group))


@dataclass(frozen=True)
class ChangePlan:
    """Other terms for a plan: for those who subscribe from now on."""

    plan_gid: str
    terms: Json
    name: ClassVar[str] = "change_plan"
    fact: ClassVar[str] = "plans.plan_changed"

    def wish(self) -> Json:
        return asdict(self)

    def send(self, client: AdminClient, group_gid: str, request_id: str) -> None:
        plan = {"id": self.plan_gid, **Terms.from_json(self.terms).as_input()}
        del plan["inventoryPolicy"]  # these pages do not ask about it: what the plan has stays
        selling_plans.update(client, group_gid, {"sellingPlansToUpdate": [plan]})

    def is_true(self, group: SellingPlanGroup | None) -> bool:
        found = [plan for plan in _on_sale(group) if plan.shopify_gid == self.plan_gid]
        return bool(found) and terms_of(found[0]) == Terms.from_json(self.terms)


@dataclass(frozen=True)
class RemovePlan:
    """A plan is no longer sold."""

    plan_gid: str
    name: ClassVar[str] = "remove_plan"
    fact: ClassVar[str] = "plans.plan_removed"

    def wish(self) -> Json:
        return asdict(self)

    def send(self, client: AdminClient, group_gid: str, request_id: str) -> None:
        selling_plans.update(client, group_gid, {"sellingPlansToDelete": [self.plan_gid]})

    def is_true(self, group: SellingPlanGroup | None) -> bool:
        return group is not None and self.plan_gid not in [plan.shopify_gid for plan in _on_sale(group)]


@dataclass(frozen=True)
class Rename:
    """Another name for a group."""

    group: str
    name: ClassVar[str] = "rename"
    fact: ClassVar[str] = "plans.renamed"

    def wish(self) -> Json:
        return asdict(self)

    def send(self, client: AdminClient, group_gid: str, request_id: str) -> None:
        selling_plans.update(client, group_gid, {"name": self.group})

    def is_true(self, group: SellingPlanGroup | None) -> bool:
        return group is not None and group.name == self.group


@dataclass(frozen=True)
class Delete:
    """A group with all its plans is no longer sold."""

    name: ClassVar[str] = "delete"
    fact: ClassVar[str] = "plans.deleted"

    def wish(self) -> Json:
        return {}

    def send(self, client: AdminClient, group_gid: str, request_id: str) -> None:
        selling_plans.delete(client, group_gid)

    def is_true(self, group: SellingPlanGroup | None) -> bool:
        return group is None


@dataclass(frozen=True)
class Attach:
    """Products or single variants, by their gids, are sold with a group, at most PRODUCTS at once."""

    products: list[str]
    name: ClassVar[str] = "attach"
    fact: ClassVar[str] = "plans.attached"

    def wish(self) -> Json:
        return asdict(self)

    def send(self, client: AdminClient, group_gid: str, request_id: str) -> None:
        products, variants = _sorted(self.products)
        if products:
            selling_plans.add_products(client, group_gid, products)
        if variants:
            selling_plans.add_variants(client, group_gid, variants)

    def is_true(self, group: SellingPlanGroup | None) -> bool:
        return group is not None and set(self.products) <= _sold(group)


@dataclass(frozen=True)
class Detach:
    """Products or single variants are no longer sold with a group, at most PRODUCTS at once."""

    products: list[str]
    name: ClassVar[str] = "detach"
    fact: ClassVar[str] = "plans.detached"

    def wish(self) -> Json:
        return asdict(self)

    def send(self, client: AdminClient, group_gid: str, request_id: str) -> None:
        products, variants = _sorted(self.products)
        if products:
            selling_plans.remove_products(client, group_gid, products)
        if variants:
            selling_plans.remove_variants(client, group_gid, variants)

    def is_true(self, group: SellingPlanGroup | None) -> bool:
        return group is not None and not set(self.products) & _sold(group)


_KINDS: dict[str, Any] = {
    kind.name: kind for kind in (Create, AddPlan, ChangePlan, RemovePlan, Rename, Delete, Attach, Detach)
}


def parse(name: str, wish: Mapping[str, Any]) -> Change:
    """Return a change from its row. Raises KeyError or TypeError for what no change of ours is."""
    change: Change = _KINDS[name](**wish)
    return change


def code_of(request_id: str) -> str:
    """Return the merchant code of a group made by this request: by it the group is found when the answer was lost."""
    return "perennial-" + blake2b(request_id.encode(), digest_size=5).hexdigest()


def terms_of(plan: SellingPlan) -> Terms | None:
    """Return a mirrored plan in a merchant's words; None when they cannot say it."""
    return read(plan.name, plan.billing_policy, plan.delivery_policy, plan.pricing_policies)


def _on_sale(group: SellingPlanGroup | None) -> list[SellingPlan]:
    return queries.on_sale(group) if group is not None else []


def is_variant(gid: str) -> bool:
    """Answer whether a gid is that of a single variant rather than of a product."""
    return gid.startswith(VARIANT)


def _sorted(gids: Sequence[str]) -> tuple[list[str], list[str]]:
    """Products, and variants."""
    return [each for each in gids if not is_variant(each)], [each for each in gids if is_variant(each)]


def _sold(group: SellingPlanGroup) -> set[str]:
    return {each["gid"] for each in (*group.products, *group.variants)}
