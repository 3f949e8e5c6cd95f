"""By what a withdrawal from the contract is acknowledged, as far as the shop has set that up."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shopify_app.channels.klaviyo.models import CONNECTED, account_of
from shopify_app.channels.mail import deliver, settings
from shopify_app.web import ctx

KLAVIYO, MAIL, NOTHING = "klaviyo", "mail", "none"


def by(session: Session, shop_id: int) -> str:
    """Return KLAVIYO, MAIL or NOTHING: by which of them the acknowledgement leaves."""
    account = account_of(session, shop_id)
    if account is not None and account.state == CONNECTED:
        return KLAVIYO
    has_mail = deliver.is_on(ctx()) and settings.of(session, shop_id).fallback_since is not None
    return MAIL if has_mail else NOTHING
