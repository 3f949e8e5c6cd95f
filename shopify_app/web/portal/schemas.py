"""The shapes of requests and answers, as JSON Schema (2020-12, OpenAPI 3.1's own).

Every object names all its properties, requires them and forbids others; what may be missing is null.
"""

from __future__ import annotations

from shopify_app.cards.answers import Why
from shopify_app.cards.models import LINK, MAIL, REMOVED, REPLACED, UPDATED
from shopify_app.cards.state import Path, State
from shopify_app.contracts.models import ACTIVE, CANCELLED, EXPIRED, FAILED, PAUSED
from shopify_app.edits.answers import Refusal
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.out_of_stock import CHOICES
from shopify_app.edits.rules.forbidden import CODES as RULES
from shopify_app.web.portal import problems
from shopify_app.web.portal.date_deed import HAS_ITEM, NOT_NEXT
from shopify_app.web.portal.date_deeds import DATE_DEEDS
from shopify_app.web.portal.date_schemas import DATE_SCHEMAS
from shopify_app.web.portal.deed import NO_CHOICE, NO_UNDO, PRICE_CHANGED, UNDO
from shopify_app.web.portal.deeds import DEEDS
from shopify_app.web.portal.offers import ACTIONS, MOVE, TOO_LATE
from shopify_app.web.portal.schema_parts import (
    DAY,
    INSTANT,
    MAYBE_TEXT,
    MAYBE_WHOLE,
    TEXT,
    WHOLE,
    YES,
    Schema,
    listed,
    one_of,
    or_null,
    ref,
    said,
    shape,
)
from shopify_app.web.portal.shapes import ADDRESS
from shopify_app.web.portal.stock_schemas import STOCK_SCHEMAS
from shopify_app.web.portal.told import TOLD
from shopify_app.web.portal.wish import MOVED_ON, WEEKS

PREFERENCE = said(one_of(*CHOICES), "What is to be done when something in an order to come is out of stock.")
CODES = sorted(
    {
        *Refusal,
        *No,
        *Why,
        *RULES,
        TOO_LATE,
        MOVED_ON,
        NOT_NEXT,
        HAS_ITEM,
        NO_CHOICE,
        NO_UNDO,
        PRICE_CHANGED,
        *problems.TITLES.values(),
    }
)

SCHEMAS: dict[str, Schema] = {
    "Money": shape(amount={"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}, currency=TEXT),
    "Rhythm": shape(interval=one_of("DAY", "WEEK", "MONTH", "YEAR"), count=WHOLE),
    "Line": shape(
        line=said(TEXT, "Names the item in requests."),
        title=TEXT,
        variant=MAYBE_TEXT,
        quantity=WHOLE,
        image_url=MAYBE_TEXT,
        price=ref("Money"),
        total=said(ref("Money"), "For the whole quantity, discounts taken off."),
    ),
    "PriceChange": shape(
        line=TEXT,
        title=TEXT,
        variant=MAYBE_TEXT,
        price=said(ref("Money"), "A unit, now."),
        orders=said(WHOLE, "For the first so many orders, that of the checkout included."),
        later=said(ref("Money"), "A unit, from then on."),
        **{"from": said(or_null(DAY), "The day of the first order at it; null while it lies too far ahead.")},
    ),
    "NextCharge": shape(date=DAY, charge_at=INSTANT, total=said(ref("Money"), "Before taxes.")),
    "Address": shape(**dict.fromkeys(ADDRESS, MAYBE_TEXT)),
    "DeliveryMethod": shape(
        kind=said(TEXT, "shipping, local_delivery or pickup"),
        title=MAYBE_TEXT,
        location=said(MAYBE_TEXT, "Where it is picked up."),
        address=or_null(ref("Address")),
    ),
    "PaymentMethod": shape(
        kind=TEXT,
        brand=MAYBE_TEXT,
        last_digits=MAYBE_TEXT,
        expires_on=or_null(DAY),
        state=one_of("ok", "expires_before_next", "expired", "removed"),
    ),
    "NamedMethod": shape(method=said(TEXT, "Its value among the options."), words=TEXT),
    "CardAsked": shape(
        at=INSTANT,
        how=one_of(MAIL, LINK),
        by_you=YES,
        sure=said(YES, "Shopify said that it was sent; else nobody knows."),
        outcome=said(or_null(one_of(UPDATED, REPLACED, REMOVED)), "What came of it; null while nothing has."),
    ),
    "Discount": shape(
        discount=said(TEXT, "Names it in requests."),
        title=MAYBE_TEXT,
        percentage={"type": ["number", "null"]},
        amount=or_null(ref("Money")),
        times_left=said(MAYBE_WHOLE, "Orders it still holds for; null when for all."),
    ),
    "Payment": shape(
        state=one_of("ok", "charging", "confirmation_needed", "failed"),
        confirm_url=said(MAYBE_TEXT, "Where the bank wants the payment confirmed."),
    ),
}
_SUMMARY: dict[str, Schema] = {
    "number": said(TEXT, "The number at the end of the contract's Shopify id."),
    "status": one_of(ACTIVE, PAUSED, CANCELLED, EXPIRED, FAILED),
    "on_hold": said(YES, "The shop has stopped charges for now."),
    "started_on": DAY,
    "billing": ref("Rhythm"),
    "delivery": ref("Rhythm"),
    "prepaid": said(YES, "One charge pays several deliveries."),
    "lines": listed(ref("Line")),
    "next_charge": or_null(ref("NextCharge")),
}
SCHEMAS |= {
    "Card": shape(
        state=said(one_of(*State), "How the payment method stands; missing: there is none."),
        path=said(one_of(*Path), "How it is renewed: by Shopify's mail, by a link into Shop Pay, or in the account."),
        words=said(TEXT, "The path in words."),
        account_url=said(TEXT, "The shopper's account."),
        intent=said(TEXT, "What an extension gives `shopify.intents.invoke` to let another method be chosen."),
        reason=said(or_null(ref("Reason")), "Why neither mail nor link can be asked for; null when one can."),
        asked=said(or_null(ref("CardAsked")), "The last time somebody asked."),
    ),
    "CardSent": shape(
        path=one_of(*Path),
        url=said(MAYBE_TEXT, "The link into Shop Pay: a secret of the shopper's. Null after a mail."),
        words=TEXT,
        card=ref("Card"),
    ),
    "CardBody": shape(),
    "Withdrawal": shape(
        until=said(DAY, "The last day on which it may be declared."),
        exempt=said(MAYBE_TEXT, "What cannot be sent back, in the merchant's words."),
    ),
    "Leaving": shape(
        asks_reason=said(YES, "A reason for cancelling may be asked for, though never demanded."),
        offers=said(YES, "An offer may stand beside cancelling."),
        withdrawal=said(or_null(ref("Withdrawal")), "Null where the region gives no such right."),
        acknowledged=said(YES, "A mail says when it was withdrawn from, as far as the shop has set that up."),
        withdrawn_at=said(or_null(INSTANT), "When the shopper withdrew from the contract; null while they have not."),
    ),
    "ContractSummary": shape(**_SUMMARY),
    "Contracts": shape(contracts=listed(ref("ContractSummary")), next_after=MAYBE_TEXT),
    "Contract": shape(
        **_SUMMARY,
        shipping_price=ref("Money"),
        total=said(ref("Money"), "One charge, before taxes."),
        delivery_method=or_null(ref("DeliveryMethod")),
        payment_method=or_null(ref("PaymentMethod")),
        card=ref("Card"),
        backup_method=said(or_null(ref("NamedMethod")), "Tried when a charge fails."),
        payment=ref("Payment"),
        discounts=listed(ref("Discount")),
        price_changes=said(listed(ref("PriceChange")), "Items that are to cost something else by their terms."),
        out_of_stock=PREFERENCE,
        leaving=said(ref("Leaving"), "How the shopper's region lets them leave."),
        time_zone=said(TEXT, "IANA name; all days of this API are days there."),
    ),
    "Reason": shape(code=one_of(*CODES), words=TEXT),
    "Action": shape(
        action=one_of(*ACTIONS, *DATE_DEEDS),
        possible=YES,
        reason=or_null(ref("Reason")),
        earliest=said(or_null(DAY), "First day a move may go to."),
        latest=said(or_null(DAY), "Last one, null when not known."),
    ),
    "Cycle": shape(
        index=WHOLE,
        date=DAY,
        state=one_of("planned", "skipped", "charging", "confirmation_needed", "waiting"),
        charge_at=said(or_null(INSTANT), "Null when skipped."),
        changeable_until=INSTANT,
        edited=said(YES, "This date was edited on its own."),
        lines=said(or_null(listed(ref("Line"))), "Its own items; null when it holds the subscription's."),
        total=said(or_null(ref("Money")), "Before taxes; null while an edit has not been read yet."),
        missing=said(listed(ref("Missing")), "What of it is not there, or may not be."),
        actions=listed(ref("Action")),
    ),
    **STOCK_SCHEMAS,
    "Cycles": shape(cycles=listed(ref("Cycle"))),
    "Order": shape(
        name=TEXT,
        date=DAY,
        total=ref("Money"),
        payment_status=MAYBE_TEXT,
        fulfillment_status=MAYBE_TEXT,
        cancelled=YES,
    ),
    "Orders": shape(orders=listed(ref("Order"))),
    "Delivery": shape(
        number=said(WHOLE, "Which one of its order's deliveries, from 1."),
        date=DAY,
        order=said(TEXT, "The order that paid for it."),
    ),
    "Deliveries": shape(deliveries=listed(ref("Delivery"))),
    "Entry": shape(at=INSTANT, date=DAY, kind=one_of(*TOLD), by_you=YES, words=TEXT),
    "Timeline": shape(entries=listed(ref("Entry"))),
    "Look": shape(date=DAY, skipped=YES, next_charge_on=or_null(DAY)),
    "Preview": shape(
        action=one_of(*ACTIONS),
        possible=YES,
        reason=or_null(ref("Reason")),
        before=ref("Look"),
        after=ref("Look"),
    ),
    "Undo": shape(action=one_of(*ACTIONS), to=or_null(DAY)),
    "Done": shape(
        action=one_of(*ACTIONS),
        was_so=said(YES, "It was like that before this request: a tap heard twice, say."),
        cycle=ref("Cycle"),
        undo=said(or_null(ref("Undo")), "The action, and for a move the body's `to`, that take it back."),
    ),
    "Problem": shape(
        type=said(TEXT, "urn:perennial:problem:…"),
        title=TEXT,
        status=WHOLE,
        detail=TEXT,
        code=one_of(*CODES),
        field=said(MAYBE_TEXT, "The part of the request that is wrong."),
    ),
    "Value": shape(
        value=said(TEXT, "What the body's field says."),
        words=TEXT,
        price=or_null(ref("Money")),
        image_url=MAYBE_TEXT,
        now=said(YES, "As it is already."),
        of=said(MAYBE_TEXT, "It goes with this value of the first field only."),
    ),
    "Input": shape(
        field=said(TEXT, "Its name in the action's body."),
        needed=YES,
        values=said(or_null(listed(ref("Value"))), "All that it may be; null when it is free."),
        least=said(MAYBE_WHOLE, "Bounds of a number."),
        most=MAYBE_WHOLE,
        longest=said(MAYBE_WHOLE, "Of a text, in characters."),
        earliest=said(or_null(DAY), "Of a day."),
    ),
    "Option": shape(action=one_of(*DEEDS), possible=YES, reason=or_null(ref("Reason")), inputs=listed(ref("Input"))),
    "Shipping": shape(possible=YES, reason=or_null(ref("Reason")), options=listed(ref("Value"))),
    **DATE_SCHEMAS,
    "Options": shape(actions=listed(ref("Option"))),
    "PictureLine": shape(
        line=said(MAYBE_TEXT, "Null for an item that is not there yet."),
        title=TEXT,
        variant=MAYBE_TEXT,
        quantity=WHOLE,
        price=ref("Money"),
        total=ref("Money"),
    ),
    "Picture": shape(
        status=_SUMMARY["status"],
        resumes_on=said(or_null(DAY), "When a pause ends."),
        lines=listed(ref("PictureLine")),
        shipping_price=ref("Money"),
        total=said(ref("Money"), "One charge, before taxes."),
        billing=ref("Rhythm"),
        dates=said(or_null(listed(DAY)), "The next charges; null when the shop decides them."),
        note=MAYBE_TEXT,
        address=or_null(ref("Address")),
        delivery=said(MAYBE_TEXT, "By what it is delivered, as the shop calls it."),
        delivery_kind=said(MAYBE_TEXT, "shipping, local_delivery or pickup"),
        place=said(MAYBE_TEXT, "Where it is picked up."),
        payment_method=said(MAYBE_TEXT, "Its value among the options."),
        backup_method=said(MAYBE_TEXT, "The same of the one that is tried when a charge fails."),
        discounts=listed(TEXT),
        out_of_stock=PREFERENCE,
    ),
    "ContractPreview": shape(
        action=one_of(*DEEDS),
        possible=YES,
        reason=or_null(ref("Reason")),
        before=ref("Picture"),
        after=ref("Picture"),
    ),
    "ContractUndo": shape(key=said(TEXT, "The body of `undo`.")),
    "ContractDone": shape(
        action=one_of(*DEEDS),
        contract=said(ref("Contract"), "As it is now."),
        undo=or_null(ref("ContractUndo")),
    ),
    "UndoBody": UNDO.schema,
    "Wish": {
        "description": f"For {MOVE}: a day, or weeks after the day that was shown. For the others: empty.",
        "anyOf": [
            shape(),
            shape(to=DAY),
            shape(delay_weeks={"type": "integer", "enum": list(WEEKS)}, **{"from": DAY}),
        ],
    },
}
"""Every schema by its name in the document."""


def title(action: str) -> str:
    """Return how the document calls an action in names, e.g. "RemoveDiscount"."""
    return "".join(part.title() for part in action.split("_"))


def body_name(action: str) -> str:
    """Return the name of the schema of what a request for an action says, e.g. "CancelBody"."""
    return f"{title(action)}Body"


def date_body_name(action: str) -> str:
    """Return the same for an action on one date, e.g. "DateQuantityBody"."""
    return body_name(f"date_{action}")


SCHEMAS |= {body_name(deed.name): deed.body.schema for deed in DEEDS.values()}
SCHEMAS |= {date_body_name(deed.name): deed.body.schema for deed in DATE_DEEDS.values()}
