"""What one signed link may do: one action on one cycle of one contract, until an instant. Pure.

Or one choice for one decision about stock, until it is made without the shopper.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from shopify_app.kit.links import BadLink, LinkSigner

SKIP, UNSKIP, DELAY_ONE_WEEK, DELAY_TWO_WEEKS, MOVE_TO = "skip", "unskip", "delay1", "delay2", "move"
CHOOSE_SWAP, CHOOSE_DELAY, CHOOSE_SKIP, CHOOSE_REST = "choose_swap", "choose_delay", "choose_skip", "choose_rest"
CHOICES = {CHOOSE_SWAP: "swap", CHOOSE_DELAY: "delay", CHOOSE_SKIP: "skip", CHOOSE_REST: "ship_rest"}
"""Action → the word of a decision about stock that it chooses."""
ACTIONS = frozenset({SKIP, UNSKIP, DELAY_ONE_WEEK, DELAY_TWO_WEEKS, MOVE_TO, *CHOICES})
DELAYS = {DELAY_ONE_WEEK: timedelta(days=7), DELAY_TWO_WEEKS: timedelta(days=14)}


@dataclass(frozen=True)
class Wish:
    """A link's whole content. `contract` is Shopify's number; times are business time, to the second.

    `to` is the charge date a MOVE_TO asks for (only our own undo makes those). `nonce` tells two links of equal
    content apart, so that using one does not use up the other. A used link is known by it and not by its token's
    letters: the last letter of a signature holds bits that nothing reads. `decision`: the id of the decision about
    stock that one of CHOICES is about, 0 for all other actions.
    """

    action: str
    shop_id: int
    contract: int
    cycle_index: int
    expires_at: datetime
    to: datetime | None = None
    nonce: str = ""
    decision: int = 0

    @property
    def contract_gid(self) -> str:
        return f"gid://shopify/SubscriptionContract/{self.contract}"

    def other(self, action: str, to: datetime | None = None) -> Wish:
        """Return another wish for the same order, as long valid as this one: what offers an undo."""
        return replace(self, action=action, to=to, nonce="")


def write(signer: LinkSigner, wish: Wish) -> str:
    """Return the token for a wish; a wish without a nonce gets a fresh one, so that no two tokens are alike."""
    nonce = wish.nonce or secrets.token_urlsafe(9)
    to = _seconds(wish.to) if wish.to else None
    place = (wish.shop_id, wish.contract, wish.cycle_index)
    about = [wish.decision] if wish.decision else []
    return signer.sign([wish.action, *place, _seconds(wish.expires_at), to, nonce, *about])


def read(signer: LinkSigner, token: str) -> Wish:
    """Return the wish in a token, expired or not. Raises BadLink when it is not ours."""
    try:
        action, shop_id, contract, cycle_index, expires, to, nonce, *about = signer.read(token)
        place = (shop_id, contract, cycle_index)
        wish = Wish(action, *place, _instant(expires), _instant(to) if to else None, nonce, *about)
    except (ValueError, TypeError, OverflowError) as error:
        raise BadLink("signed by us, but of another form") from error
    fits = (action == MOVE_TO) is (wish.to is not None) and (action in CHOICES) is (wish.decision != 0)
    if action not in ACTIONS or not fits:
        raise BadLink("an action that no longer exists")
    return wish


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
