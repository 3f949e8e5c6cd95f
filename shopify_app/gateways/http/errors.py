"""What can go wrong between us and an address that a merchant typed in.

HttpError
├── Blocked      the address is none we talk to: the same again cannot help
├── Unreachable  there is no such host, no connection or no secure one; nothing was handed over
└── Unsure       the request left us and no answer came back: it MAY have been taken
"""

from __future__ import annotations


class HttpError(Exception):
    """Base of all. Messages never repeat the address, which may be a secret."""


class Blocked(HttpError):
    """The address is malformed, not secure, or leads to a private machine."""


class Unreachable(HttpError):
    """Nothing was handed over."""


class Unsure(HttpError):
    """The request left us and no answer came back."""
