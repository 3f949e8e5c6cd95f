"""Every edit of a subscription by its name, so that a row becomes an action again."""

from __future__ import annotations

from shopify_app.edits.contract.action import Action
from shopify_app.edits.contract.address import Address
from shopify_app.edits.contract.backup_method import ChooseBackup
from shopify_app.edits.contract.delivery import Delivery
from shopify_app.edits.contract.discounts import Discount, ManualDiscount, RemoveDiscount
from shopify_app.edits.contract.lines import Add, Quantity, Remove, Swap
from shopify_app.edits.contract.note import Note
from shopify_app.edits.contract.out_of_stock import OutOfStock
from shopify_app.edits.contract.payment_method import ChoosePaymentMethod
from shopify_app.edits.contract.price_step import PriceStep
from shopify_app.edits.contract.rhythm import Frequency
from shopify_app.edits.contract.statuses import Cancel, Pause, Reactivate, Resume
from shopify_app.edits.contract.stay import StayDiscount
from shopify_app.edits.contract.withdrawal import Withdraw
from shopify_app.kit.db import Json

_STATUSES: tuple[type[Action], ...] = (Pause, Resume, Reactivate, Cancel, Withdraw)
_LINES: tuple[type[Action], ...] = (Quantity, Swap, Remove, Add, Frequency, PriceStep)
_DETAILS: tuple[type[Action], ...] = (Address, Delivery, Note, OutOfStock, ChoosePaymentMethod, ChooseBackup)
_DISCOUNTS: tuple[type[Action], ...] = (Discount, ManualDiscount, RemoveDiscount, StayDiscount)
ACTIONS = {action.name: action for action in (*_STATUSES, *_LINES, *_DETAILS, *_DISCOUNTS)}

OURS = tuple(name for name, action in ACTIONS.items() if action.is_ours)
"""Those that Shopify is not asked for."""


def parse(name: str, wish: Json) -> Action:
    """Return the action that a row keeps. Raises KeyError or TypeError for one that another version wrote."""
    return ACTIONS[name](**wish)
