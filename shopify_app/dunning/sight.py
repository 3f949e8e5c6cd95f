"""What a charge is made with, as two short sums: is the way to pay, or the address, another one than when it failed?

Sums, because a case need not hold whose card or address it was.
"""

from __future__ import annotations

import json
from hashlib import blake2b

from sqlalchemy.orm import Session

from shopify_app.contracts.models import Contract
from shopify_app.dunning.policy import CARD_HELPS
from shopify_app.gateways.shopify.decline_codes import Decline
from shopify_app.kit.db import Json
from shopify_app.shoppers import mirror as shoppers

METHOD, ADDRESS = "method", "address"


def of(session: Session, contract: Contract) -> Json:
    """Return the sums of a contract as our rows have it now."""
    method = shoppers.payment_method(session, contract.shop_id, contract.payment_method_gid)
    known = [contract.payment_method_gid]
    if method is not None:
        known += [method.brand, method.last_digits, str(method.expires_on), str(method.revoked_at is not None)]
    return {METHOD: _sum(known), ADDRESS: _sum(contract.delivery_method)}


def is_helpful(decline: Decline, before: Json, after: Json) -> bool:
    """Tell whether what changed between two sights is what a class of failures needs."""
    if decline is Decline.ADDRESS:
        return bool(before.get(ADDRESS) != after.get(ADDRESS))
    return decline in CARD_HELPS and bool(before.get(METHOD) != after.get(METHOD))


def _sum(value: object) -> str:
    return blake2b(json.dumps(value, sort_keys=True).encode(), digest_size=8).hexdigest()
