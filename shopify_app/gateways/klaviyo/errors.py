"""What can go wrong between us and Klaviyo. `permanent`: sending the same again cannot help.

KlaviyoError
├── BodyRefused     400: what we sent is not taken; `pointers` name the places
│   └── ProfileConflict  409: the identifiers belong to two profiles
├── KeyRefused      401 or 403: the key is wrong, revoked, or lacks a scope
├── Limited         429; wait_seconds says how long
├── Unavailable     5xx, or no answer: it MAY have been accepted; safe to repeat thanks to unique_id
└── Unexpected      any other answer
    └── Stumbled    the SDK or our own code failed over this one call
"""

from __future__ import annotations


class KlaviyoError(Exception):
    """Base of all. Messages hold status, code and pointer, never a value we sent."""

    permanent = False


class BodyRefused(KlaviyoError):
    """400, 409 or 413: permanent for this body. `pointers` are JSON pointers into it."""

    permanent = True

    def __init__(self, message: str, pointers: tuple[str, ...]) -> None:
        super().__init__(message)
        self.pointers = pointers


class ProfileConflict(BodyRefused):
    """409: mail address and phone belong to two profiles of the account; one of them alone will do."""


class KeyRefused(KlaviyoError):
    """The key is not accepted (401) or lacks a scope (403); nothing was done."""

    permanent = True

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Limited(KlaviyoError):
    """Rate limit; nothing was done. `wait_seconds` of machine time until it is worth asking again."""

    def __init__(self, message: str, wait_seconds: float) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


class Unavailable(KlaviyoError):
    """No answer or 5xx; the event may or may not have been accepted."""


class Unexpected(KlaviyoError):
    """An answer nobody described (404, 410, 415 …): repeated slowly, and shown."""


class Stumbled(Unexpected):
    """The SDK or our own code raised something nobody foresaw; this body's own trouble, not the account's.

    It MAY have been accepted. The message names the kind of error only, since its text could quote our values.
    """
