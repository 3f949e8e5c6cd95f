"""A fact with everything an event about it may say, gathered from rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel import Locale

from shopify_app.catalog.models import Product
from shopify_app.channels.klaviyo import words
from shopify_app.channels.klaviyo.shelf import Shelf
from shopify_app.contracts import contents
from shopify_app.contracts.contents import OrderContents
from shopify_app.contracts.models import BillingCycle, Contract
from shopify_app.edits.rules.store import among
from shopify_app.edits.rules.terms import Rules
from shopify_app.journal.models import Fact
from shopify_app.kit.speech import N_
from shopify_app.shoppers.models import PaymentMethod, Shopper
from shopify_app.shops.models import Shop

Links = Callable[[Shop, str, int, datetime], dict[str, str]]
"""Shop, contract gid, cycle index and the instant they end → name → absolute address of what a mail can do."""
Choices = Callable[[Shop, str, int, int, Sequence[str], datetime], dict[str, str]]
"""The same of a decision about stock: with its id and the words on offer before the instant."""


class CannotRender(Exception):
    """This fact cannot be told to Klaviyo; the message says why, in words a merchant understands.

    It is kept as it stands in the source, in English, and said in their language when they read it.
    """

    def __str__(self) -> str:
        return str.__str__(self.args[0])


@dataclass(frozen=True)
class Around:
    """What a rendering needs besides rows: our own address, business time, and the makers of signed links.

    `is_read_here`: the words around the values are ours, not a merchant's own, so dates and money go with them.
    """

    host: str
    now: datetime
    links: Links | None = None
    choices: Choices | None = None
    is_read_here: bool = False


@dataclass(frozen=True)
class Story:
    """A fact with what it is about. `orders_completed` is None when not all orders of the contract are known.

    `order`: what the fact's delivery or cycle holds; of a fact about neither, what the contract does.
    `following_at`: the expected date of the cycle after the fact's, if it is known. `rules`: the shop's about changes
    that shoppers make to the contract; `hour`: the shop's local hour of charging; `challenges`: the bank's page of
    each attempt that waits for the shopper. `siblings`: the contracts of the same people by gid, this one included.
    `payment_method`: the one the fact is about, else the contract's.
    """

    around: Around
    shop: Shop
    fact: Fact
    contract: Contract
    cycle: BillingCycle | None
    order: OrderContents
    following_at: datetime | None
    shopper: Shopper
    products: dict[str, Product]
    payment_method: PaymentMethod | None
    orders_completed: int | None
    locale: Locale
    rules: tuple[Rules, ...]
    hour: int
    challenges: Mapping[int, str]
    siblings: dict[str, Contract]


def gather(shop: Shop, fact: Fact, around: Around, shelf: Shelf) -> Story:
    """Return the story of a fact. Raises CannotRender when contract or customer is missing or erased."""
    contract = shelf.contracts.get(fact.contract_gid or "")
    if contract is None:
        raise CannotRender(N_("the contract is no longer known"))
    shopper = _shopper(fact, shelf)
    following = shelf.cycle(contract, fact.cycle_index + 1) if fact.cycle_index is not None else None
    cycle = shelf.cycle(contract, fact.cycle_index)
    delivered = (fact.data or {}).get("lines")
    locale = words.locale_of(shopper.locale, shop.primary_locale)
    return Story(
        around=around,
        shop=shop,
        fact=fact,
        contract=contract,
        cycle=cycle,
        order=contents.delivered(delivered) if delivered else contents.of(contract, cycle),
        following_at=following.expected_at if following else None,
        shopper=shopper,
        products=shelf.products,
        payment_method=shelf.methods.get((fact.data or {}).get("method_gid") or contract.payment_method_gid or ""),
        orders_completed=shelf.orders_completed(fact),
        locale=words.spoken(locale) if around.is_read_here else locale,
        rules=among(shelf.rules, (line.selling_plan_gid for line in contract.lines)),
        hour=shelf.hour,
        challenges=shelf.challenges,
        siblings=shelf.contracts,
    )


def _shopper(fact: Fact, shelf: Shelf) -> Shopper:
    shopper = shelf.shoppers.get(fact.customer_gid or "")
    if shopper is None:
        raise CannotRender(N_("the customer is not known"))
    if shopper.redacted_at:
        raise CannotRender(N_("the customer's data was erased"))
    return shopper
