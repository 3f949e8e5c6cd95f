"""What one order alone holds: an item once, another quantity, one item less; and back to what the subscription says.

The subscription and its other orders stay as they are. Shopify keeps the result with the billing cycle (schema
2026-10, subscriptionBillingCycleContractEdit) and changes no subscription while a coming order has such contents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, ClassVar

from shopify_app.contracts import contents, mirror
from shopify_app.contracts.contents import OrderContents
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.contracts.price_steps import Repriced
from shopify_app.edits.answers import Refusal
from shopify_app.edits.change import Change, Standing, Target
from shopify_app.edits.contract.goods import Good
from shopify_app.gateways.shopify import cycles as gateway
from shopify_app.gateways.shopify import drafts
from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.drafts import DraftLine, Step
from shopify_app.kit.db import Json
from shopify_app.kit.money import plain, round_money
from shopify_app.kit.speech import N_

TOLD = ("variant_gid", "title", "variant_title", "sku", "quantity")
"""What the journal says of an item, as the mirror tells it (contracts/facts_cycles.py)."""


def picture(order: OrderContents, currency: str) -> Json:
    """Return an order's items, shipping and total as plain JSON; amounts are text, an item's for all of it."""
    shipping, total = str(order.delivery_price), plain(order.total)
    return {"items": items_of(order), "shipping": shipping, "total": total, "currency": currency}


def items_of(order: OrderContents) -> list[Json]:
    """Return an order's items as `picture` has them."""
    return [_item(line) for line in order.lines]


def told(seen: Json) -> Json:
    """Return what the journal says of an order that was pictured."""
    return {"items": [_told(item) for item in seen["items"]], "total": seen["total"]}


@dataclass(frozen=True)
class Contents(Change):
    """`seen`: the order as it was shown. `quantities`: wanted ones by the item's gid, 0 to leave it out.

    `added` are new items: variant_gid, title, variant_title, quantity, and a unit's price, text in the contract's
    currency.
    """

    seen: Json
    quantities: dict[str, int]
    added: list[Json]

    name: ClassVar[str] = "contents"
    asked_kind: ClassVar[str] = "order.contents_requested"
    done_kind: ClassVar[str] = "order.contents_changed"
    done_words: ClassVar[str] = N_("This order changed")

    def wish(self) -> Json:
        return asdict(self)

    def why_not(self, standing: Standing) -> Refusal | None:
        """Our rule. Whether an order whose day has come may be edited is not documented. Harder case: not."""
        fixed = why_fixed(standing.contract, standing.cycle)
        if fixed is not None or standing.now >= standing.cycle.expected_at:
            return fixed or Refusal.LATE
        if picture(contents.of(standing.contract, standing.cycle), standing.contract.currency) != self.seen:
            return Refusal.STALE
        if not self.after()["items"]:
            return Refusal.LAST_ITEM
        return Refusal.ALREADY if _counted(self.seen["items"]) == _counted(self.after()["items"]) else None

    def before(self, cycle: BillingCycle) -> Json:
        return told(self.seen) | {"edited": cycle.edited}

    def items(self) -> list[Json]:
        """Return what the order will hold, like the items of `picture`; a new one has no gid yet."""
        currency = self.seen.get("currency", "")  # a row of an earlier version does not say it
        wanted = [(item, self.quantities.get(item["gid"], item["quantity"])) for item in self.seen["items"]]
        kept = [_times(item, quantity, currency) for item, quantity in wanted]
        new = [{**item, "total": str(Decimal(item["price"]) * item["quantity"])} for item in self.added]
        return [item for item in (*kept, *new) if item["quantity"]]

    def after(self) -> Json:
        items = self.items()
        total = sum((Decimal(item["total"]) for item in items), Decimal(self.seen["shipping"]))
        return {"items": [_told(item) for item in items], "total": plain(total)}

    def send(self, client: AdminClient, target: Target) -> None:
        drafts.change_cycle(client, target.contract_gid, target.index, self.steps)

    def steps(self, lines: Sequence[DraftLine]) -> list[Step] | None:
        """Return the steps for a draft with these items, None when they are others than were shown. Pure.

        Whether a draft's items have the ids of the subscription's is not documented: they are known by what they are.
        """
        there, steps = list(lines), list[Step]()
        for item in self.seen["items"]:
            line = next((each for each in there if each.gid == item["gid"]), None)
            line = line or next((each for each in there if each.variant_gid == item["variant_gid"]), None)
            if line is None or line.quantity != item["quantity"]:
                return None
            there.remove(line)
            wanted = self.quantities.get(item["gid"], item["quantity"])
            if wanted == 0:
                steps.append(drafts.remove_line(line.gid))
            elif fields := _priced(item) | ({"quantity": wanted} if wanted != line.quantity else {}):
                steps.append(drafts.update_line(line.gid, **fields))
        return None if there else [*map(_adding, self.added), *steps]

    def is_true(self, cycle: BillingCycle) -> bool:
        if cycle.contents is None:
            return False
        return _counted(items_of(contents.parsed(cycle.contents))) == _counted(self.after()["items"])

    def undo(self, before: Json) -> Change | None:
        """To delete a cycle's edits would bring back its first date, too: only where nothing was edited before."""
        return None if before["edited"] else Restoring({"items": before["items"], "total": before["total"]})


@dataclass(frozen=True)
class Restoring(Change):
    """The order holds again what the subscription says, on its first date. `then`: its items and total."""

    then: Json

    name: ClassVar[str] = "restore"
    asked_kind: ClassVar[str] = "order.contents_requested"
    done_kind: ClassVar[str] = "order.contents_changed"
    done_words: ClassVar[str] = N_("This order is as the subscription says")

    def wish(self) -> Json:
        return asdict(self)

    def why_not(self, standing: Standing) -> Refusal | None:
        cycle = standing.cycle
        fixed = why_fixed(standing.contract, cycle)
        if fixed is not None or cycle.contents is None:
            return fixed or Refusal.ALREADY
        if standing.now >= cycle.expected_at:
            return Refusal.LATE
        return self._why_not_back(standing) if cycle.expected_at != cycle.end_at else None

    def _why_not_back(self, standing: Standing) -> Refusal | None:
        """A date that was moved goes back to the end of its period, where Shopify expects a charge by itself."""
        first = standing.cycle.end_at
        if first <= standing.now:
            return Refusal.PAST
        if standing.preceding_at is not None and first <= standing.preceding_at:
            return Refusal.BEFORE_PREVIOUS
        return Refusal.AFTER_NEXT if standing.following_at is not None and first >= standing.following_at else None

    def before(self, cycle: BillingCycle) -> Json:
        return _told_of(contents.parsed(cycle.contents)) if cycle.contents else {"items": [], "total": None}

    def after(self) -> Json:
        return self.then

    def send(self, client: AdminClient, target: Target) -> None:
        gateway.delete_edits(client, target.contract_gid, target.index)

    def is_true(self, cycle: BillingCycle) -> bool:
        return cycle.contents is None

    def undo(self, before: Json) -> Change | None:
        return None


def prices(seen: Json, lines: Sequence[DraftLine]) -> list[Step] | None:
    """Return the steps that give the items of a draft the prices of an order that was pictured; None as `steps`."""
    return Contents(seen, {}, []).steps(lines) if any(_priced(item) for item in seen["items"]) else []


def once(good: Good, quantity: int, currency: str) -> Json:
    """Return a new item as `Contents` adds it. Bought once, it costs what it costs in the shop: a plan's price is for
    what comes again. `currency`: the contract's, which has to be the shop's (see `goods`).
    """
    named = {"variant_gid": good.variant_gid, "title": good.title, "variant_title": good.variant_title}
    return {**named, "quantity": quantity, "price": str(round_money(good.base, currency))}


def restoring(contract: Contract) -> Restoring:
    """Return the change that makes an order of this contract what its subscription says."""
    return Restoring(_told_of(contents.of(contract, None)))


def why_fixed(contract: Contract, cycle: BillingCycle) -> Refusal | None:
    """Return why what the cycle's order holds can no longer be changed, None when it can. Pure."""
    if contract.status in mirror.ENDED:
        return Refusal.ENDED
    if cycle.status == "BILLED":
        return Refusal.PAID
    if cycle.attempted_at is not None:
        return Refusal.TRIED
    return Refusal.SKIPPED if cycle.skipped else None


def _item(line: Any) -> Json:
    gid = line.gid if hasattr(line, "gid") else line.shopify_gid
    price = {"own_price": str(line.current_price)} if isinstance(line, Repriced) else {}
    return {"gid": gid, "total": str(line.discounted_price)} | {name: getattr(line, name) for name in TOLD} | price


def _priced(item: Json) -> Json:
    """The price of an order whose turn it has before the subscription itself: what is edited alone keeps its own."""
    return {"currentPrice": item["own_price"]} if "own_price" in item else {}


def _told_of(order: OrderContents) -> Json:
    return {"items": [_told(item) for item in items_of(order)], "total": plain(order.total)}


def _told(item: Json) -> Json:
    return {name: item.get(name) for name in TOLD}


def _times(item: Json, quantity: int, currency: str) -> Json:
    total = Decimal(item["total"]) * quantity / item["quantity"]
    return {**item, "quantity": quantity, "total": str(round_money(total, currency))}


def _adding(item: Json) -> Step:
    return drafts.add_line(
        productVariantId=item["variant_gid"], quantity=item["quantity"], currentPrice=item["price"]
    )


def _counted(items: Sequence[Json]) -> Counter[tuple[str, int]]:
    return Counter((item["variant_gid"] or item["title"], item["quantity"]) for item in items)
