"""What a shopper does with address, note, discount codes and payment method of a subscription."""

from __future__ import annotations

from shopify_app.edits.contract import payment_method
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.address import FIELDS, LONGEST, NEEDED, Address, normal, why_hidden, wrong
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.discounts import CODE, Discount, RemoveDiscount
from shopify_app.edits.contract.discounts import LONGEST as LONGEST_CODE
from shopify_app.edits.contract.note import LONGEST as LONGEST_NOTE
from shopify_app.edits.contract.note import Note
from shopify_app.kit.db import Json
from shopify_app.kit.gid import number_of
from shopify_app.web.portal.deed import Choice, Deed, Ground, Lists, Values
from shopify_app.web.portal.fields import Body, Text, Word
from shopify_app.web.portal.problems import Problem

ANYWHERE = {"last_name": "-", "address1": "-", "city": "-", "country_code": "DE"}
"""Complete enough to ask whether the address may be changed at all."""
NAME = Text(64, shortest=1, pattern=r"^[A-Za-z0-9\-]*$", is_listed=True)


ADDRESS = Body({name: Text(LONGEST, needed=name in NEEDED, shortest=int(name in NEEDED)) for name in FIELDS})


FOLLOW, STAY = "follow", "stay"
WITH_PAID = Body({**ADDRESS.fields, "paid_orders": Word((FOLLOW, STAY), needed=False)})
"""An address, and whether orders that are paid and not shipped yet go there, too; they stay unless it is said."""


def read_address(values: Values) -> Json:
    """Return the address that a body says; Problem 422 for one that cannot be sent to Shopify."""
    address = normal(values)
    for name in wrong(address):
        raise Problem(422, field=name)
    return address


def _any_address(ground: Ground, lists: Lists) -> Action | No:
    return why_hidden(ground.contract) or Address(normal(ANYWHERE))


def _codes(ground: Ground) -> list[Choice]:
    """A discount of the merchant's own is not the shopper's to take off."""
    found = [each for each in ground.contract.discounts if each.get("type") == CODE]
    return [Choice(number_of(each["id"]), each.get("title") or "") for each in found]


def _remove_code(values: Values, ground: Ground) -> Action | No:
    if ground.known is not None:  # what it took off is not there any more
        is_same = number_of(ground.known["gid"]) == values["discount"]
        return RemoveDiscount(**ground.known) if is_same else No.OTHER_REQUEST
    mine = [each["id"] for each in ground.contract.discounts if each.get("type") == CODE]
    found = next((gid for gid in mine if number_of(gid) == values["discount"]), None)
    return RemoveDiscount(found) if found else No.DISCOUNT_GONE


def _methods(ground: Ground) -> list[Choice]:
    now = ground.contract.payment_method_gid
    known = payment_method.known(ground.session, ground.contract)
    return [Choice(number_of(each.shopify_gid), each.label, is_now=each.shopify_gid == now) for each in known]


def _choose(values: Values, ground: Ground) -> Action | No:
    known = payment_method.known(ground.session, ground.contract)
    found = next((each.shopify_gid for each in known if number_of(each.shopify_gid) == values["method"]), None)
    return payment_method.choose(ground.session, ground.contract, found) if found else No.NOT_THEIRS


def _another(ground: Ground, lists: Lists) -> Action | No | None:
    others = [choice.value for choice in lists["method"] if not choice.is_now]
    return _choose({"method": others[0]}, ground) if others else None


OF_DETAILS = (
    Deed(
        "address",
        "Where all orders to come are sent",
        lambda values, ground: Address(read_address(values), values.get("paid_orders") == FOLLOW),
        _any_address,
        WITH_PAID,
    ),
    Deed(
        "note",
        "The note on all orders to come; empty to have none",
        lambda values, ground: Note(values["text"].strip()),
        lambda ground, lists: Note(f"{ground.contract.note or ''}+"),
        Body({"text": Text(LONGEST_NOTE)}),
    ),
    Deed(
        "discount",
        "Apply a discount code",
        lambda values, ground: Discount(values["code"].strip()),
        lambda ground, lists: Discount("+"),
        Body({"code": Text(LONGEST_CODE, shortest=1, pattern=r"^\S+$")}),
    ),
    Deed(
        "remove_discount",
        "Take a discount code off",
        _remove_code,
        lambda ground, lists: (
            _remove_code({"discount": lists["discount"][0].value}, ground) if lists["discount"] else None
        ),
        Body({"discount": NAME}),
        lambda ground: {"discount": _codes(ground)},
    ),
    Deed(
        "payment_method",
        "Another of the shopper's own payment methods",
        _choose,
        _another,
        Body({"method": NAME}),
        lambda ground: {"method": _methods(ground)},
    ),
)
