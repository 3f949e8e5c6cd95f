"""What a job or a request works with. Built once per process by `wiring`, handed down as the first argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from shopify_app.config import Settings
from shopify_app.kit.clock import Clock
from shopify_app.kit.crypto import Vault
from shopify_app.kit.db import Database
from shopify_app.kit.jobs import Wakeups
from shopify_app.kit.links import LinkSigner

if TYPE_CHECKING:
    from shopify_app.gateways.klaviyo.client import KlaviyoClient
    from shopify_app.gateways.mail.client import Mailer


@dataclass(frozen=True)
class Context:
    """One process's tools. `http` is the pooled client for Shopify; `klaviyo` makes a client for one key.
    `links` signs the links in mails. `mail` hands mails to the operator's server; None when there is none.

    `only_shop_id` limits drains and duties to one shop (`perennial tick --shop`); None means every shop.
    """

    settings: Settings
    db: Database
    clock: Clock
    vault: Vault
    links: LinkSigner
    wakeups: Wakeups
    http: httpx.Client
    klaviyo: Callable[[str], KlaviyoClient]
    mail: Mailer | None = None
    only_shop_id: int | None = None
