"""The addresses that go into mails: about a coming order, and about an item of it that is not there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from shopify_app.kit.gid import number_of
from shopify_app.kit.links import LinkSigner
from shopify_app.links.wish import (
    CHOICES,
    CHOOSE_DELAY,
    CHOOSE_REST,
    CHOOSE_SKIP,
    CHOOSE_SWAP,
    DELAY_ONE_WEEK,
    DELAY_TWO_WEEKS,
    SKIP,
    UNSKIP,
    Wish,
    write,
)
from shopify_app.shops.models import Shop

ACT, ACCOUNT = "act", "account"
"""What links in mails do: act at once (after one click on a page), or lead into the shopper's account."""

NAMES = {
    "SkipUrl": SKIP,
    "UnskipUrl": UNSKIP,
    "DelayOneWeekUrl": DELAY_ONE_WEEK,
    "DelayTwoWeeksUrl": DELAY_TWO_WEEKS,
}
CHOICE_NAMES = {
    "ChooseSubstituteUrl": CHOOSE_SWAP,
    "ChooseWaitUrl": CHOOSE_DELAY,
    "ChooseSkipUrl": CHOOSE_SKIP,
    "ChooseRestUrl": CHOOSE_REST,
}


def mail_links(
    signer: LinkSigner,
    host: str,
    shop: Shop,
    contract_gid: str,
    cycle_index: int,
    expires_at: datetime,
    mode: str | None = None,
) -> dict[str, str]:
    """Return absolute addresses under the names mails know: one per action, and ManageUrl.

    `host`: our own public address. `expires_at`: the charge, in business time; until then each link works once.
    With `mode` ACCOUNT (default: the shop's setting)
    there is ManageUrl alone. Each call makes new links, which do not use each other up.
    """
    account = {"ManageUrl": account_url(shop)}
    if (mode or shop.mail_links) == ACCOUNT:
        return account
    contract = int(number_of(contract_gid))
    return account | {
        name: address(signer, host, Wish(action, shop.id, contract, cycle_index, expires_at))
        for name, action in NAMES.items()
    }


def choice_links(
    signer: LinkSigner,
    host: str,
    shop: Shop,
    contract_gid: str,
    cycle_index: int,
    decision: int,
    offered: Collection[str],
    expires_at: datetime,
) -> dict[str, str]:
    """Return an absolute address for each of the words `offered` of a decision about stock, under its mail's name.

    `expires_at`: when it is decided without the shopper, in business time. None where the shop's links lead into the
    account.
    """
    if shop.mail_links == ACCOUNT:
        return {}
    wish = Wish("", shop.id, int(number_of(contract_gid)), cycle_index, expires_at, decision=decision)
    return {
        name: address(signer, host, wish.other(action))
        for name, action in CHOICE_NAMES.items()
        if CHOICES[action] in offered
    }


def address(signer: LinkSigner, host: str, wish: Wish) -> str:
    """Return the absolute address of a fresh link for this wish."""
    return f"{host}/links/{write(signer, wish)}"


def account_url(shop: Shop) -> str:
    """Return where the shop's customers find their account; Shopify sends them on to where they sign in."""
    return f"https://{shop.domain}/account"
