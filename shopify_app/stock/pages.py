"""Items that upcoming orders need, as pages read them: those that run out first come first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from shopify_app.catalog.models import Product, Variant
from shopify_app.contracts.contents import ONLY_VARIANT
from shopify_app.contracts.models import BillingCycle
from shopify_app.kit.gid import number_of
from shopify_app.stock.ends import WAITED
from shopify_app.stock.models import Demand, InventoryLevel, ItemStanding, StockCause, StockDecision
from shopify_app.stock.policy import TELL
from shopify_app.stock.states import DISCONTINUED, PROPOSED

PAGE, MOST = 50, 10_000
RUNS_OUT, AFFECTED, GONE = "runs_out", "affected", "discontinued"
SHOWS = (RUNS_OUT, AFFECTED, GONE)
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands for "does not run out in sight", which comes last."""


@dataclass(frozen=True)
class Item:
    """An inventory item with what sells it. `kind`: of the cause that is open; `doing`: word → open decisions."""

    standing: ItemStanding
    variants: tuple[Variant, ...]
    product: Product | None
    kind: str | None = None
    doing: dict[str, int] = field(default_factory=dict)

    @property
    def number(self) -> str:
        """The number by which pages know it."""
        return number_of(self.standing.item_gid)

    @property
    def gids(self) -> list[str]:
        """The variants' gids."""
        return [variant.shopify_gid for variant in self.variants]

    @property
    def title(self) -> str:
        """The product's name."""
        if self.product is not None:
            return self.product.title
        return self.variants[0].title if self.variants else "An item that Shopify no longer has"

    @property
    def variant_title(self) -> str:
        """What tells it from the product's other variants; empty where there is one only."""
        names = [each.title for each in self.variants if each.title != ONLY_VARIANT and each.title != self.title]
        return ", ".join(dict.fromkeys(names))

    @property
    def name(self) -> str:
        """Product and variant in one line."""
        return ", ".join(part for part in (self.title, self.variant_title) if part)

    @property
    def sku(self) -> str:
        """Its SKU, or several; empty when it has none."""
        return ", ".join(dict.fromkeys(each.sku for each in self.variants if each.sku))


def page(
    session: Session,
    shop_id: int,
    search: str = "",
    show: str = "",
    after: tuple[datetime, int] | None = None,
    limit: int = PAGE,
) -> list[Item]:
    """Return up to `limit` items after a key (see `key`), and one more if there is another page."""
    at = func.coalesce(ItemStanding.runs_out_at, NEVER)
    query = select(ItemStanding).where(*_wanted(shop_id, search, show))
    if after is not None:
        query = query.where(or_(at > after[0], and_(at == after[0], ItemStanding.id > after[1])))
    found = session.scalars(query.order_by(at, ItemStanding.id).limit(limit + 1)).all()
    return _filled(session, shop_id, found)


def key(item: Item) -> tuple[datetime, int]:
    """Return where the page after this item begins."""
    return item.standing.runs_out_at or NEVER, item.standing.id


def count(session: Session, shop_id: int, search: str = "", show: str = "") -> int:
    """Count the items that `page` lists in all."""
    query = select(func.count()).select_from(ItemStanding).where(*_wanted(shop_id, search, show))
    return session.scalar(query) or 0


def find(session: Session, shop_id: int, number: str) -> Item | None:
    """Return the shop's item of that number (of Shopify's InventoryItem), None when there is none."""
    if not (number.isascii() and number.isdigit()) or len(number) > 20:
        return None
    return next(iter(of_items(session, shop_id, [f"gid://shopify/InventoryItem/{number}"])), None)


def of_items(session: Session, shop_id: int, item_gids: Sequence[str]) -> list[Item]:
    """Return the shop's items of these gids, in no order."""
    mine = (ItemStanding.shop_id == shop_id, ItemStanding.item_gid.in_(item_gids))
    return _filled(session, shop_id, session.scalars(select(ItemStanding).where(*mine)).all())


def of_product(session: Session, shop_id: int, product_gid: str) -> list[Item]:
    """Return the items that a product's variants are counted by."""
    mine = (Variant.shop_id == shop_id, Variant.product_gid == product_gid)
    gids = session.scalars(select(Variant.inventory_item_gid).where(*mine)).all()
    return of_items(session, shop_id, [gid for gid in gids if gid])


def levels(session: Session, shop_id: int, item_gid: str) -> Sequence[InventoryLevel]:
    """Return what Shopify has of an item at each location; `shopify_updated_at` says as of when."""
    mine = (InventoryLevel.shop_id == shop_id, InventoryLevel.item_gid == item_gid)
    return session.scalars(select(InventoryLevel).where(*mine).order_by(InventoryLevel.location_gid)).all()


def wait_for_staff(session: Session, shop_id: int) -> int:
    """Count the orders whose day has come and which nobody but staff decides, because something is missing."""
    # open decisions belong to open causes, or to a discontinuation that was taken back
    causes = select(StockCause.id).where(
        StockCause.shop_id == shop_id, or_(StockCause.closed_at.is_(None), StockCause.kind == DISCONTINUED)
    )
    mine = (StockDecision.cause_id.in_(causes), StockDecision.ended_at.is_(None), StockDecision.done == TELL)
    parked = exists().where(
        BillingCycle.contract_id == StockDecision.contract_id,
        BillingCycle.cycle_index == StockDecision.cycle_index,
        BillingCycle.parked_reason == WAITED,
    )
    orders = select(StockDecision.contract_id, StockDecision.cycle_index).where(*mine, parked).distinct().subquery()
    return session.scalar(select(func.count()).select_from(orders)) or 0


def _wanted(shop_id: int, search: str, show: str) -> list[ColumnElement[bool]]:
    """Items of the shop that somebody needs, or that staff took out of the range, by name and by how they stand."""
    of_item = (Variant.shop_id == ItemStanding.shop_id, Variant.inventory_item_gid == ItemStanding.item_gid)
    needed = (
        select(Demand.id)
        .where(Demand.shop_id == Variant.shop_id, Demand.variant_gid == Variant.shopify_gid)
        .where(Demand.spent_at.is_(None))
        .correlate(Variant)
        .exists()
    )
    somebody = select(Variant.id).where(*of_item, needed).correlate(ItemStanding).exists()
    wanted: list[ColumnElement[bool]] = [
        ItemStanding.shop_id == shop_id,
        or_(somebody, ItemStanding.discontinued_at.is_not(None)),
    ]
    product = and_(Product.shop_id == Variant.shop_id, Product.shopify_gid == Variant.product_gid)
    for word in search.split():
        named = or_(
            *(column.icontains(word, autoescape=True) for column in (Product.title, Variant.title, Variant.sku))
        )
        found = select(Variant.id).outerjoin(Product, product).where(*of_item, named)
        wanted.append(found.correlate(ItemStanding).exists())
    if show == RUNS_OUT:
        wanted.append(ItemStanding.runs_out_at.is_not(None))
    elif show == GONE:
        wanted.append(ItemStanding.discontinued_at.is_not(None))
    elif show == AFFECTED:
        cause = and_(StockCause.shop_id == ItemStanding.shop_id, StockCause.item_gid == ItemStanding.item_gid)
        decided = select(StockDecision.id).join(StockCause, StockCause.id == StockDecision.cause_id)
        wanted.append(decided.where(cause, StockDecision.ended_at.is_(None)).correlate(ItemStanding).exists())
    return wanted


def _filled(session: Session, shop_id: int, found: Sequence[ItemStanding]) -> list[Item]:
    """Add variants, product, cause and decisions, in one question each."""
    gids = [row.item_gid for row in found]
    mine = (Variant.shop_id == shop_id, Variant.inventory_item_gid.in_(gids))
    variants: defaultdict[str, list[Variant]] = defaultdict(list)
    for variant in session.scalars(select(Variant).where(*mine).order_by(Variant.id)):
        variants[variant.inventory_item_gid or ""].append(variant)
    owners = {variant.product_gid for each in variants.values() for variant in each}
    named = select(Product).where(Product.shop_id == shop_id, Product.shopify_gid.in_(owners))
    products = {product.shopify_gid: product for product in session.scalars(named)}
    causes = _causes(session, shop_id, gids)
    doing = _doing(session, shop_id, gids)
    items = []
    for row in found:
        own = tuple(variants[row.item_gid])
        product = products.get(own[0].product_gid) if own else None
        items.append(Item(row, own, product, causes.get(row.item_gid), doing[row.item_gid]))
    return items


def _causes(session: Session, shop_id: int, gids: Sequence[str]) -> dict[str, str]:
    mine = (StockCause.shop_id == shop_id, StockCause.item_gid.in_(gids), StockCause.closed_at.is_(None))
    return {
        row.item_gid: row.kind for row in session.execute(select(StockCause.item_gid, StockCause.kind).where(*mine))
    }


def _doing(session: Session, shop_id: int, gids: Sequence[str]) -> defaultdict[str, dict[str, int]]:
    """What is done with orders, or will be: item → word → open decisions."""
    word = func.coalesce(StockDecision.done, StockDecision.choice, StockDecision.default).label("word")
    query = (
        select(StockCause.item_gid, word, func.count().label("number"))
        .join(StockDecision, StockDecision.cause_id == StockCause.id)
        .where(StockCause.shop_id == shop_id, StockCause.item_gid.in_(gids), StockDecision.ended_at.is_(None))
        .where(StockDecision.state != PROPOSED)  # held, and decided in a moment
        .group_by(StockCause.item_gid, word)
    )
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for row in session.execute(query):
        found[row.item_gid][row.word] = row.number
    return found
