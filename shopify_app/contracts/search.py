"""What a merchant's search and filters find a contract by: customer, number, items, and features that are counted on.

Written in the transaction that writes the contract or its customer; what older versions wrote is written anew by a
drain, shop by shop.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, selectinload

from shopify_app.context import Context
from shopify_app.contracts import search_words as words
from shopify_app.contracts.models import Contract
from shopify_app.contracts.search_models import ContractSearch, SearchRebuild
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.shoppers.mirror import shopper

BATCH = 200
NO_VARIANT = "Default Title"


def refresh(session: Session, contract: Contract) -> None:
    """Write `search_text` and the index from the contract, its lines and our row of its customer; an erased one
    leaves no trace."""
    contract.search_text = text_of(session, contract)
    index(session, contract)


def text_of(session: Session, contract: Contract) -> str:
    """Return the folded text that is searched, one part a line."""
    customer = shopper(session, contract.shop_id, contract.customer_gid)
    parts: list[str | None] = [number_of(contract.shopify_gid)]
    if customer and customer.redacted_at is None:
        name = " ".join(part for part in (customer.first_name, customer.last_name) if part)
        parts += [*words.spellings(name), customer.email, words.digits(customer.phone or "")]
    for line in contract.lines:
        variant = line.variant_title if line.variant_title != NO_VARIANT else None
        parts += [line.title, variant, line.sku]
    return "\n".join(dict.fromkeys(words.fold(part) for part in parts if part))


def index(session: Session, contract: Contract) -> None:
    """Write the numbers by which a contract is found, if they are others than before."""
    found = words.numbers(contract.shop_id, words.of_text(contract.search_text))
    found += [words.number(contract.shop_id, feature) for feature in features(contract)]
    session.flush()  # a new contract gets its id
    row = insert(ContractSearch).values(contract_id=contract.id, shop_id=contract.shop_id, numbers=sorted(set(found)))
    news = row.excluded.numbers
    session.execute(
        row.on_conflict_do_update(
            index_elements=["contract_id"], set_={"numbers": news}, where=ContractSearch.numbers != news
        )
    )


def features(contract: Contract) -> Iterator[str]:
    """Yield what a contract can be filtered by, each as one word that no text has."""
    yield feature("status", contract.status)
    yield feature("every", rhythm(contract.billing_policy))
    if contract.is_prepaid:
        yield feature("prepaid", "yes")
    country = ((contract.delivery_method or {}).get("address") or {}).get("country_code")
    if country:
        yield feature("country", str(country).upper())
    for line in contract.lines:
        for name, gid in (
            ("product", line.product_gid),
            ("variant", line.variant_gid),
            ("plan", line.selling_plan_gid),
        ):
            if gid:
                yield feature(name, number_of(gid))


def feature(name: str, value: str) -> str:
    """Return the word of one feature."""
    return f"={name}:{value}"


def rhythm(policy: Json) -> str:
    """Return a policy as "1-MONTH"."""
    return f"{policy['intervalCount']}-{policy['interval']}"


def refresh_customer(session: Session, shop_id: int, customer_gid: str) -> int:
    """Rewrite the search text of all contracts of a customer; returns how many."""
    query = select(Contract).where(Contract.shop_id == shop_id, Contract.customer_gid == customer_gid)
    contracts = session.scalars(query).all()
    for contract in contracts:
        refresh(session, contract)
    return len(contracts)


def drain(ctx: Context) -> int:
    """Write the next contracts of one shop anew; returns how many."""
    with ctx.db.session() as session:
        query = select(SearchRebuild).order_by(SearchRebuild.shop_id).limit(1).with_for_update(skip_locked=True)
        if ctx.only_shop_id is not None:
            query = query.where(SearchRebuild.shop_id == ctx.only_shop_id)
        todo = session.scalars(query).first()
        if todo is None:
            return 0
        mine = (Contract.shop_id == todo.shop_id, Contract.id > todo.after_id)
        found = select(Contract).where(*mine).order_by(Contract.id).limit(BATCH).options(selectinload(Contract.lines))
        # locked, so that a reading which is being applied at this moment is not written over with older words
        contracts = session.scalars(found.with_for_update(of=Contract)).all()
        for contract in contracts:
            _renew(session, contract)
        if len(contracts) < BATCH:
            session.execute(delete(SearchRebuild).where(SearchRebuild.shop_id == todo.shop_id))
        else:
            todo.after_id = contracts[-1].id
        return max(len(contracts), 1)


def waiting(session: Session, now: datetime, machine_now: datetime) -> int:
    """Count shops whose contracts are to be written anew."""
    return session.scalar(select(func.count()).select_from(SearchRebuild)) or 0


def _renew(session: Session, contract: Contract) -> None:
    text = text_of(session, contract)
    if text != contract.search_text:
        # the row says nothing new: nobody has to look at it again
        values = {"search_text": text, "written_at": Contract.written_at}
        session.execute(update(Contract).where(Contract.id == contract.id).values(**values))
        session.refresh(contract, ["search_text"])
    index(session, contract)
