"""Secrets at rest: Fernet with key rotation (ENCRYPTION_KEY, newest first)."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SecretUnreadable(Exception):
    """A stored secret was written with a key that ENCRYPTION_KEY no longer lists."""


class Vault:
    """Encrypts with the first key and reads with any of them."""

    def __init__(self, keys: list[str]) -> None:
        if not keys:
            raise ValueError("ENCRYPTION_KEY is empty")
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, secret: str) -> str:
        """Return `secret` encrypted, as text for a database column."""
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return the secret behind `sealed`; raises SecretUnreadable when no key fits."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise SecretUnreadable("a stored secret fits none of the keys in ENCRYPTION_KEY") from error

    def __repr__(self) -> str:
        return "Vault(…)"
