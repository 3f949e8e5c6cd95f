"""`perennial doctor` after ENCRYPTION_KEY was changed: each secret it cannot open is named, with the fix."""

from __future__ import annotations

from dataclasses import replace

from cryptography.fernet import Fernet

from shopify_app.channels.klaviyo.models import KlaviyoAccount
from shopify_app.commands.doctor import _service_problems
from shopify_app.health.alive import KINDS
from shopify_app.kit.clock import machine_now
from shopify_app.kit.crypto import Vault
from shopify_app.shops.models import ShopToken
from tests.support.rows import add_shop, context
from tests.web.rows import alive


def test_doctor_names_each_secret_that_no_key_opens(postgres_url: str) -> None:
    ctx = context(postgres_url)
    shop = add_shop(ctx)
    with ctx.db.session() as session:
        token = ctx.vault.seal("shpat_0123456789abcdef")
        session.add(ShopToken(shop_id=shop.id, access_token=token, obtained_at=machine_now()))
        session.add(
            KlaviyoAccount(
                shop_id=shop.id,
                sealed_key=ctx.vault.seal("pk_0123456789"),
                key_hint="6789",
                account_id="a",
                account_name="Rosebud",
                state="connected",
                connected_at=ctx.clock.now(),
            )
        )
        for kind in KINDS:
            alive(session, kind)
    assert _service_problems(ctx) == []
    changed = replace(ctx, vault=Vault([Fernet.generate_key().decode()]))
    found = _service_problems(changed)
    assert len(found) == 2 and all(shop.domain in line and "ENCRYPTION_KEY" in line for line in found)
    assert "token" in found[0] and "Klaviyo" in found[1]
    both = replace(ctx, vault=Vault([Fernet.generate_key().decode(), *ctx.settings.encryption_keys]))
    assert _service_problems(both) == []
    ctx.http.close()
    ctx.db.close()
