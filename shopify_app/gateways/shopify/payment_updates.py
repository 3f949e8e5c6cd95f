"""Asking a shopper for another card, in the two ways that Shopify has (schema 2026-10). Both need `write_customers`.

A card: Shopify mails a secure link. Shop Pay: a link into Shop Pay, which only the shopper should open. For PayPal,
and for a method that is gone, Shopify has neither.
"""

from __future__ import annotations

from shopify_app.gateways.shopify.client import AdminClient
from shopify_app.gateways.shopify.errors import ServerFault

TOO_MANY = "TOO_MANY_REQUESTS"
GONE = "PAYMENT_METHOD_DOES_NOT_EXIST"
NOT_SHOP_PAY = "INVALID_INSTRUMENT"
NOBODY = "CUSTOMER_DOES_NOT_EXIST"
"""Every CustomerPaymentMethodGetUpdateUrlUserErrorCode. The errors of the mail have no codes."""


def send_mail(client: AdminClient, method_gid: str) -> None:
    """Have Shopify mail the owner of a card the link to update it. Sent once, never retried here.

    Raises UserErrors (nothing was sent), Unreachable or ServerFault (it may have been), Throttled, TokenRefused,
    AccessDenied or BadRequest (it was not).
    """
    client.mutate("PaymentMethodSendUpdateEmail", {"method": method_gid}, "customerPaymentMethodSendUpdateEmail")


def shop_pay_url(client: AdminClient, method_gid: str) -> str:
    """Return the address at which a Shop Pay agreement is updated: a secret of its owner's, not to be kept or logged.

    Raises UserErrors with a code from above, or what any call may raise.
    """
    name = "customerPaymentMethodGetUpdateUrl"
    url = client.mutate("PaymentMethodGetUpdateUrl", {"method": method_gid}, name).get("updatePaymentMethodUrl")
    if not url:
        raise ServerFault("PaymentMethodGetUpdateUrl: neither an address nor an error")
    return str(url)
