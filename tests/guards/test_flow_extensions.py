"""The extensions for Flow are those of the catalogues, and hold what `shopify app build` does not check.

From the CLI 4.8.2's own code: the types a trigger and an action may have, the keys of a trigger, addresses.
"""

from __future__ import annotations

import re
import tomllib

import pytest

from shopify_app import create_app
from shopify_app.channels.flow import extensions
from shopify_app.channels.flow.actions import ACTIONS
from shopify_app.channels.flow.fields import TYPES
from shopify_app.channels.flow.trigger import COMMON
from shopify_app.channels.flow.triggers import TRIGGERS
from shopify_app.commands.extensions import FOLDER
from tests.support.rows import context

OF_TRIGGERS = {"boolean", "email", "single_line_text_field", "url", "number_decimal"}
REFERENCES = {"customer_reference", "order_reference", "product_reference", "company_reference"}
OF_ACTIONS = OF_TRIGGERS | {"multi_line_text_field", "number_integer"}
SCOPE_OF = {"customer_reference": "read_customers", "product_reference": "read_products"}


def test_the_files_say_what_the_catalogues_say() -> None:
    assert extensions.differing(FOLDER) == [], "run `bin/perennial extensions`"


def test_a_file_that_was_changed_or_forgotten_is_noticed(tmp_path) -> None:
    assert len(extensions.write(tmp_path)) == len(TRIGGERS) + len(ACTIONS)
    assert extensions.differing(tmp_path) == []
    wrong = [f"flow-{name}/shopify.extension.toml" for name in ("stock-low", "swap-item", "x")]
    changed, gone, alien = (
        tmp_path / f"flow-{name}/shopify.extension.toml" for name in ("stock-low", "swap-item", "x")
    )
    changed.write_text(changed.read_text().replace("SKU", "Sku"))
    gone.unlink()
    alien.parent.mkdir()
    alien.write_text("")
    assert extensions.differing(tmp_path) == wrong


def test_every_trigger_has_fields_that_flow_knows() -> None:
    app = tomllib.loads((FOLDER.parent / "shopify.app.toml").read_text())
    for trigger in TRIGGERS:
        names = [field.name for field in trigger.fields]
        assert len(names) == len(set(names)), trigger.handle
        for field in trigger.fields:
            assert field.type in TYPES
            assert field.type in (REFERENCES if not field.key else OF_TRIGGERS), (trigger.handle, field)
            assert re.fullmatch(r"[a-zA-Z ]*", field.key), (trigger.handle, field.key)
            assert SCOPE_OF.get(field.type, "read_orders") in app["access_scopes"]["scopes"].split(",")


@pytest.mark.parametrize("path", sorted(extensions.files()))
def test_every_file_is_toml_of_one_extension_with_its_fields(path: str) -> None:
    made = tomllib.loads(extensions.files()[path])
    (extension,) = made["extensions"]
    types = {field["type"] for field in made["settings"]["fields"]}
    assert path == f"flow-{extension['handle']}/shopify.extension.toml"
    assert types <= (OF_TRIGGERS | REFERENCES if extension["type"] == "flow_trigger" else OF_ACTIONS)


def test_every_action_leads_to_a_route_of_ours(empty_postgres_url: str) -> None:
    ctx = context(empty_postgres_url)
    routes = create_app(ctx).url_map.bind("perennial.example", url_scheme="https")
    for action in ACTIONS:
        (made,) = tomllib.loads(extensions.files()[f"flow-{action.handle}/shopify.extension.toml"])["extensions"]
        assert routes.match(made["runtime_url"], method="POST") == ("flow.act", {"word": action.word})
        assert routes.match(made["validation_url"], method="POST")[0] == "flow.validate"
    ctx.db.close()


def test_the_page_about_flow_lists_everything() -> None:
    page = (FOLDER.parent / "docs/flow.md").read_text()
    for trigger in TRIGGERS:
        fields = ", ".join(one.key or one.type.removesuffix("_reference").capitalize() for one in trigger.own)
        kinds = ", ".join(f"`{kind}`" for kind in trigger.kinds)
        assert f"| {trigger.name} | `{trigger.handle}` | {kinds} | {fields} |" in page
    for field in COMMON:
        assert (field.key or "Customer") in page
    for action in ACTIONS:
        entries = ", ".join(one.name if one.is_required else f"[{one.name}]" for one in action.entries)
        assert f"| {action.name} | `{action.handle}` | `/flow/actions/{action.word}` | {entries} |" in page
