"""Which payment method a shopper wants tried when a charge with the first one fails."""

from __future__ import annotations

from shopify_app.edits.contract import payment_method
from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.answers import No
from shopify_app.edits.contract.backup_method import NONE, choose
from shopify_app.kit.gid import number_of
from shopify_app.web.portal import tongue
from shopify_app.web.portal.deed import Choice, Deed, Ground, Lists, Values
from shopify_app.web.portal.detail_deeds import NAME
from shopify_app.web.portal.fields import Body


def _choices(ground: Ground) -> list[Choice]:
    """None, and all methods but the one that pays."""
    contract = ground.contract
    others = [
        one
        for one in payment_method.known(ground.session, contract)
        if one.shopify_gid != contract.payment_method_gid
    ]
    now = contract.backup_method_gid
    listed = [Choice(number_of(one.shopify_gid), one.label, is_now=one.shopify_gid == now) for one in others]
    return [Choice(NONE, tongue.speaks().say("backup_none"), is_now=now is None), *listed]


def _choose(values: Values, ground: Ground) -> Action | No:
    if values["method"] == NONE:
        return choose(ground.session, ground.contract, NONE)
    known = payment_method.known(ground.session, ground.contract)
    found = next((each.shopify_gid for each in known if number_of(each.shopify_gid) == values["method"]), None)
    return choose(ground.session, ground.contract, found) if found else No.NOT_THEIRS


def _another(ground: Ground, lists: Lists) -> Action | No | None:
    others = [choice.value for choice in lists["method"] if not choice.is_now]
    return _choose({"method": others[0]}, ground) if others else None


OF_BACKUP = (
    Deed(
        "backup_method",
        "Another of the shopper's own payment methods, to be tried when a charge fails; or none",
        _choose,
        _another,
        Body({"method": NAME}),
        lambda ground: {"method": _choices(ground)},
    ),
)
