"""The shapes of requests and answers, as JSON Schema (2020-12, OpenAPI 3.1's own).

Every object names all its properties, requires them and forbids others; what may be missing is null.
"""

from __future__ import annotations

from typing import Any

from shopify_app.contracts.models import ACTIVE, CANCELLED, EXPIRED, FAILED, PAUSED
from shopify_app.edits.answers import Refusal
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.out_of_stock import CHOICES
from shopify_app.edits.rules.forbidden import CODES as RULES
from shopify_app.web.portal import problems
from shopify_app.web.portal.date_deed import HAS_ITEM, NOT_NEXT
from shopify_app.web.portal.date_deeds import DATE_DEEDS
from shopify_app.web.portal.deed import NO_CHOICE, NO_UNDO, PRICE_CHANGED, UNDO
from shopify_app.web.portal.deeds import DEEDS
from shopify_app.web.portal.offers import ACTIONS, MOVE, TOO_LATE
from shopify_app.web.portal.shapes import ADDRESS
from shopify_app.web.portal.told import TOLD
from shopify_app.web.portal.wish import MOVED_ON, WEEKS

Schema = dict[str, Any]


def _object(**properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def _said(schema: Schema, description: str) -> Schema:
    return schema | {"description": description}


TEXT: Schema = {"type": "string"}
MAYBE_TEXT: Schema = {"type": ["string", "null"]}
WHOLE: Schema = {"type": "integer", "minimum": 0}
MAYBE_WHOLE: Schema = {"type": ["integer", "null"]}
YES: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
INSTANT: Schema = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"}
PREFERENCE = _said(_one_of(*CHOICES), "What is to be done when something in an order to come is out of stock.")
CODES = sorted(
    {
        *Refusal,
        *No,
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
    "Money": _object(amount={"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}, currency=TEXT),
    "Rhythm": _object(interval=_one_of("DAY", "WEEK", "MONTH", "YEAR"), count=WHOLE),
    "Line": _object(
        line=_said(TEXT, "Names the item in requests."),
        title=TEXT,
        variant=MAYBE_TEXT,
        quantity=WHOLE,
        image_url=MAYBE_TEXT,
        price=_ref("Money"),
        total=_said(_ref("Money"), "For the whole quantity, discounts taken off."),
    ),
    "NextCharge": _object(date=DAY, charge_at=INSTANT, total=_said(_ref("Money"), "Before taxes.")),
    "Address": _object(**dict.fromkeys(ADDRESS, MAYBE_TEXT)),
    "DeliveryMethod": _object(
        kind=_said(TEXT, "shipping, local_delivery or pickup"),
        title=MAYBE_TEXT,
        location=_said(MAYBE_TEXT, "Where it is picked up."),
        address=_or_null(_ref("Address")),
    ),
    "PaymentMethod": _object(
        kind=TEXT,
        brand=MAYBE_TEXT,
        last_digits=MAYBE_TEXT,
        expires_on=_or_null(DAY),
        state=_one_of("ok", "expires_before_next", "expired", "removed"),
    ),
    "Discount": _object(
        discount=_said(TEXT, "Names it in requests."),
        title=MAYBE_TEXT,
        percentage={"type": ["number", "null"]},
        amount=_or_null(_ref("Money")),
        times_left=_said(MAYBE_WHOLE, "Orders it still holds for; null when for all."),
    ),
    "Payment": _object(
        state=_one_of("ok", "charging", "confirmation_needed", "failed"),
        confirm_url=_said(MAYBE_TEXT, "Where the bank wants the payment confirmed."),
    ),
}
_SUMMARY: dict[str, Schema] = {
    "number": _said(TEXT, "The number at the end of the contract's Shopify id."),
    "status": _one_of(ACTIVE, PAUSED, CANCELLED, EXPIRED, FAILED),
    "on_hold": _said(YES, "The shop has stopped charges for now."),
    "started_on": DAY,
    "billing": _ref("Rhythm"),
    "delivery": _ref("Rhythm"),
    "prepaid": _said(YES, "One charge pays several deliveries."),
    "lines": _list(_ref("Line")),
    "next_charge": _or_null(_ref("NextCharge")),
}
SCHEMAS |= {
    "ContractSummary": _object(**_SUMMARY),
    "Contracts": _object(contracts=_list(_ref("ContractSummary")), next_after=MAYBE_TEXT),
    "Contract": _object(
        **_SUMMARY,
        shipping_price=_ref("Money"),
        total=_said(_ref("Money"), "One charge, before taxes."),
        delivery_method=_or_null(_ref("DeliveryMethod")),
        payment_method=_or_null(_ref("PaymentMethod")),
        payment=_ref("Payment"),
        discounts=_list(_ref("Discount")),
        out_of_stock=PREFERENCE,
        time_zone=_said(TEXT, "IANA name; all days of this API are days there."),
    ),
    "Reason": _object(code=_one_of(*CODES), words=TEXT),
    "Action": _object(
        action=_one_of(*ACTIONS, *DATE_DEEDS),
        possible=YES,
        reason=_or_null(_ref("Reason")),
        earliest=_said(_or_null(DAY), "First day a move may go to."),
        latest=_said(_or_null(DAY), "Last one, null when not known."),
    ),
    "Cycle": _object(
        index=WHOLE,
        date=DAY,
        state=_one_of("planned", "skipped", "charging", "confirmation_needed", "waiting"),
        charge_at=_said(_or_null(INSTANT), "Null when skipped."),
        changeable_until=INSTANT,
        edited=_said(YES, "This date was edited on its own."),
        lines=_said(_or_null(_list(_ref("Line"))), "Its own items; null when it holds the subscription's."),
        total=_said(_or_null(_ref("Money")), "Before taxes; null while an edit has not been read yet."),
        actions=_list(_ref("Action")),
    ),
    "Cycles": _object(cycles=_list(_ref("Cycle"))),
    "Order": _object(
        name=TEXT,
        date=DAY,
        total=_ref("Money"),
        payment_status=MAYBE_TEXT,
        fulfillment_status=MAYBE_TEXT,
        cancelled=YES,
    ),
    "Orders": _object(orders=_list(_ref("Order"))),
    "Delivery": _object(
        number=_said(WHOLE, "Which one of its order's deliveries, from 1."),
        date=DAY,
        order=_said(TEXT, "The order that paid for it."),
    ),
    "Deliveries": _object(deliveries=_list(_ref("Delivery"))),
    "Entry": _object(at=INSTANT, date=DAY, kind=_one_of(*TOLD), by_you=YES, words=TEXT),
    "Timeline": _object(entries=_list(_ref("Entry"))),
    "Look": _object(date=DAY, skipped=YES, next_charge_on=_or_null(DAY)),
    "Preview": _object(
        action=_one_of(*ACTIONS),
        possible=YES,
        reason=_or_null(_ref("Reason")),
        before=_ref("Look"),
        after=_ref("Look"),
    ),
    "Undo": _object(action=_one_of(*ACTIONS), to=_or_null(DAY)),
    "Done": _object(
        action=_one_of(*ACTIONS),
        was_so=_said(YES, "It was like that before this request: a tap heard twice, say."),
        cycle=_ref("Cycle"),
        undo=_said(_or_null(_ref("Undo")), "The action, and for a move the body's `to`, that take it back."),
    ),
    "Problem": _object(
        type=_said(TEXT, "urn:perennial:problem:…"),
        title=TEXT,
        status=WHOLE,
        detail=TEXT,
        code=_one_of(*CODES),
        field=_said(MAYBE_TEXT, "The part of the request that is wrong."),
    ),
    "Value": _object(
        value=_said(TEXT, "What the body's field says."),
        words=TEXT,
        price=_or_null(_ref("Money")),
        image_url=MAYBE_TEXT,
        now=_said(YES, "As it is already."),
        of=_said(MAYBE_TEXT, "It goes with this value of the first field only."),
    ),
    "Input": _object(
        field=_said(TEXT, "Its name in the action's body."),
        needed=YES,
        values=_said(_or_null(_list(_ref("Value"))), "All that it may be; null when it is free."),
        least=_said(MAYBE_WHOLE, "Bounds of a number."),
        most=MAYBE_WHOLE,
        longest=_said(MAYBE_WHOLE, "Of a text, in characters."),
        earliest=_said(_or_null(DAY), "Of a day."),
    ),
    "Option": _object(
        action=_one_of(*DEEDS), possible=YES, reason=_or_null(_ref("Reason")), inputs=_list(_ref("Input"))
    ),
    "Shipping": _object(possible=YES, reason=_or_null(_ref("Reason")), options=_list(_ref("Value"))),
    "DateOption": _object(
        action=_one_of(*DATE_DEEDS), possible=YES, reason=_or_null(_ref("Reason")), inputs=_list(_ref("Input"))
    ),
    "DateOptions": _object(actions=_list(_ref("DateOption"))),
    "DateLine": _object(
        line=_said(MAYBE_TEXT, "Null for an item that is not there yet."),
        title=TEXT,
        variant=MAYBE_TEXT,
        quantity=WHOLE,
        total=_said(_ref("Money"), "For the whole quantity."),
    ),
    "DateLook": _object(
        date=DAY,
        lines=_list(_ref("DateLine")),
        shipping_price=_ref("Money"),
        total=_said(_ref("Money"), "Before taxes."),
        address=_or_null(_ref("Address")),
    ),
    "DatePreview": _object(
        action=_one_of(*DATE_DEEDS),
        possible=YES,
        reason=_or_null(_ref("Reason")),
        before=_ref("DateLook"),
        after=_ref("DateLook"),
    ),
    "DateDone": _object(
        action=_one_of(*ACTIONS, *DATE_DEEDS),
        cycle=_said(_or_null(_ref("Cycle")), "As it is now; null when it is paid and no longer to come."),
        payment=_said(_or_null(_ref("Payment")), "How its charge stands; null before one is made."),
        undo=_said(_or_null(_ref("ContractUndo")), "The body of the date's own `undo`."),
    ),
    "Options": _object(actions=_list(_ref("Option"))),
    "PictureLine": _object(
        line=_said(MAYBE_TEXT, "Null for an item that is not there yet."),
        title=TEXT,
        variant=MAYBE_TEXT,
        quantity=WHOLE,
        price=_ref("Money"),
        total=_ref("Money"),
    ),
    "Picture": _object(
        status=_SUMMARY["status"],
        resumes_on=_said(_or_null(DAY), "When a pause ends."),
        lines=_list(_ref("PictureLine")),
        shipping_price=_ref("Money"),
        total=_said(_ref("Money"), "One charge, before taxes."),
        billing=_ref("Rhythm"),
        dates=_said(_or_null(_list(DAY)), "The next charges; null when the shop decides them."),
        note=MAYBE_TEXT,
        address=_or_null(_ref("Address")),
        delivery=_said(MAYBE_TEXT, "By what it is shipped."),
        payment_method=_said(MAYBE_TEXT, "Its value among the options."),
        discounts=_list(TEXT),
        out_of_stock=PREFERENCE,
    ),
    "ContractPreview": _object(
        action=_one_of(*DEEDS),
        possible=YES,
        reason=_or_null(_ref("Reason")),
        before=_ref("Picture"),
        after=_ref("Picture"),
    ),
    "ContractUndo": _object(key=_said(TEXT, "The body of `undo`.")),
    "ContractDone": _object(
        action=_one_of(*DEEDS),
        contract=_said(_ref("Contract"), "As it is now."),
        undo=_or_null(_ref("ContractUndo")),
    ),
    "UndoBody": UNDO.schema,
    "Wish": {
        "description": f"For {MOVE}: a day, or weeks after the day that was shown. For the others: empty.",
        "anyOf": [
            _object(),
            _object(to=DAY),
            _object(delay_weeks={"type": "integer", "enum": list(WEEKS)}, **{"from": DAY}),
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
