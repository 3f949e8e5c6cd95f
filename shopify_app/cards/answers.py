"""What came of asking for another card, as a word for programs and a sentence for staff."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shopify_app.cards.state import Path
from shopify_app.gateways.shopify import payment_updates
from shopify_app.kit.speech import N_


class Why(StrEnum):
    """Why nobody was asked, or nobody knows whether."""

    GONE = "gone"
    ENDED = "ended"
    BUSY = "busy"
    OTHER_REQUEST = "other_request"
    NO_ANSWER = "no_answer"
    REMOVED = "card_removed"
    ELSEWHERE = "card_elsewhere"
    ASKED = "card_asked"
    NO_MAIL = "card_no_mail"
    NO_CUSTOMER = "card_no_customer"
    TOO_MANY = "card_too_many"
    NOT_ALLOWED = "card_not_allowed"
    UNKNOWN = "card_unknown"


PASSING = frozenset({Why.NO_ANSWER, Why.TOO_MANY, Why.NOT_ALLOWED})
"""Nothing was done: the same request may be tried again."""

WORDS = {
    Why.GONE: N_("This subscription is no longer there."),
    Why.ENDED: N_("The subscription has ended."),
    Why.BUSY: N_("This is being asked for at this moment. Look again in a minute."),
    Why.OTHER_REQUEST: N_("This request was used for something else. Open the page again."),
    Why.NO_ANSWER: N_("Shopify does not answer right now, so nothing was sent. Try again in a few minutes."),
    Why.REMOVED: N_("There is no payment method left to update. Only the shopper can add one, in the account."),
    Why.ELSEWHERE: N_("Shopify can ask for a card or Shop Pay only. The shopper changes this method in the account."),
    Why.ASKED: N_(
        "A mail about this card was asked for within the last day. Shopify is not asked to send another yet."
    ),
    Why.NO_MAIL: N_("Shopify did not send the mail. Look in Shopify whether the customer has an email address."),
    Why.NO_CUSTOMER: N_("Shopify no longer knows this customer."),
    Why.TOO_MANY: N_("Shopify gives out no more links for now. Try again later."),
    Why.NOT_ALLOWED: N_(
        "Perennial needs a permission that it has not been granted yet: writing customers. Open the app "
        "from Shopify's admin to grant it."
    ),
    Why.UNKNOWN: N_(
        "Shopify did not answer, so the mail may or may not have been sent. Ask the shopper, or try again tomorrow."
    ),
}

OF_LINK = {
    payment_updates.TOO_MANY: Why.TOO_MANY,
    payment_updates.GONE: Why.REMOVED,
    payment_updates.NOT_SHOP_PAY: Why.ELSEWHERE,
    payment_updates.NOBODY: Why.NO_CUSTOMER,
}
"""Shopify's codes for a link that it does not give."""
SENT = {
    Path.MAIL: N_("Shopify sends the shopper a mail with a link to update the card."),
    Path.SHOP_PAY: N_("Send this link to the shopper. It opens Shop Pay, where the card is updated."),
}


@dataclass(frozen=True)
class Answer:
    """`url`: the link into Shop Pay, a secret of the shopper's; kept nowhere. `why`: None when it was done."""

    path: Path
    why: Why | None = None
    url: str | None = None

    @property
    def words(self) -> str:
        """Say it to staff."""
        return SENT[self.path] if self.why is None else WORDS[self.why]
