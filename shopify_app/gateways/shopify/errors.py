"""What can go wrong between us and Shopify. `permanent` tells whether trying again later can help.

ShopifyError
├── Unreachable          no answer: refused, reset, timed out. The request MAY have been carried out
│   └── NeverLeft        there was no connection to send it by: it was not carried out
├── ServerFault          5xx or a body that is not JSON. The request MAY have been carried out
├── Throttled            GraphQL THROTTLED or HTTP 429; wait_seconds says how long
├── TokenRefused         401: token expired, revoked, or the app is uninstalled
├── AccessDenied         403, or a field the granted scopes do not cover
├── BadRequest           Shopify refused the document itself: our bug
├── UserErrors           the mutation answered userErrors; nothing was changed
└── InstallRefused       the token endpoint refused a grant
"""

from __future__ import annotations

from dataclasses import dataclass


class ShopifyError(Exception):
    """Base of all. `permanent`: the same call will fail again however often it is sent."""

    permanent = False


class Unreachable(ShopifyError):
    """No answer arrived; the request may or may not have been carried out."""


class NeverLeft(Unreachable):
    """No connection was made, so the request was not sent."""


class ServerFault(ShopifyError):
    """Shopify answered 5xx, or nothing we can read; the request may or may not have been carried out."""


class Throttled(ShopifyError):
    """The bucket is empty; nothing was done. `wait_seconds` of machine time until it is worth asking again."""

    def __init__(self, message: str, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class TokenRefused(ShopifyError):
    """401: refresh once, else the shop has uninstalled us or must open the app again."""

    permanent = True


class AccessDenied(ShopifyError):
    """The token lives but may not do this; names what Shopify says is required."""

    permanent = True


class BadRequest(ShopifyError):
    """Shopify would not run the document: a bug on our side."""

    permanent = True


class InstallRefused(ShopifyError):
    """The token endpoint refused a grant; `code` is Shopify's word, e.g. invalid_subject_token."""

    permanent = True

    def __init__(self, code: str, status: int) -> None:
        super().__init__(f"Shopify refused the grant: {code} ({status})")
        self.code = code
        self.status = status


@dataclass(frozen=True)
class UserError:
    """One of a mutation's userErrors."""

    code: str
    message: str
    field: tuple[str, ...] = ()


class UserErrors(ShopifyError):
    """A mutation answered userErrors: nothing was changed. `codes` are Shopify's enum names."""

    permanent = True

    def __init__(self, errors: list[UserError]) -> None:
        super().__init__("; ".join(f"{error.code}: {error.message}" for error in errors))
        self.errors = errors

    @property
    def codes(self) -> set[str]:
        return {error.code for error in self.errors}
