"""Signs what goes into links in mails, with keys of their own that rotate with ENCRYPTION_KEY."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, URLSafeSerializer
from itsdangerous.encoding import base64_encode

LABEL = b"perennial signed links v1"
LONGEST = 600
"""Characters of a token; ours have about 120."""
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class BadLink(Exception):
    """A token that none of our keys signed, or that cannot be read."""


class LinkSigner:
    """Signs with the first key and trusts any of them. The keys cannot be turned back into the encryption keys."""

    def __init__(self, encryption_keys: Sequence[str]) -> None:
        if not encryption_keys:
            raise ValueError("ENCRYPTION_KEY is empty")
        # itsdangerous lists its keys oldest first and signs with the last
        keys = [_derived(key) for key in reversed(encryption_keys)]
        self._serializer = URLSafeSerializer(
            keys, salt=LABEL, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        )
        # what the serializer does for each token, with the key derived once: a mail has four, a batch has thousands
        self._key = self._serializer.make_signer(LABEL).derive_key()

    def sign(self, values: Sequence[str | int | None]) -> str:
        """Return the values and their signature (HMAC-SHA256) as one word for a URL. All can read them."""
        text = base64_encode(_ENCODER.encode(list(values)))
        return b".".join((text, base64_encode(hmac.digest(self._key, text, "sha256")))).decode()

    def read(self, token: str) -> list[Any]:
        """Return the values behind a token; raises BadLink when it was not signed here or was changed since."""
        if len(token) > LONGEST:
            raise BadLink("longer than any token of ours")
        try:
            values = self._serializer.loads(token)
        except BadSignature as error:
            raise BadLink("fits none of the keys") from error
        if not isinstance(values, list):
            raise BadLink("no list of values")
        return values

    def __repr__(self) -> str:
        return "LinkSigner(…)"


def _derived(encryption_key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=LABEL)
    return derivation.derive(urlsafe_b64decode(encryption_key))
