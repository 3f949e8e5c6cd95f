"""Each part imports only what stands left of it, so that the folder listing can be read as a story."""

from __future__ import annotations

from tests.guards.source import APP, SANDBOX, imports, modules

ORDER = [
    ["kit"],
    ["config"],
    ["gateways"],
    ["context"],
    ["journal"],
    ["shops"],
    ["tasks"],
    ["catalog"],
    ["shoppers"],
    ["plans"],
    ["contracts"],
    ["edits"],
    ["leaving"],
    ["links"],
    ["orders"],
    ["billing"],
    ["stock"],
    ["dunning"],
    ["cards"],
    ["fulfillment"],
    ["notices"],
    ["channels", "insights"],
    ["privacy"],
    ["topics"],
    ["duties"],
    ["inbox", "health", "schedule"],
    ["tables", "ticker", "inline"],
    ["web"],
    ["wiring", "serving", "commands", "cli", "demo"],
]
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}


def _part(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "shopify_app" and len(parts) > 1 else None


def test_every_part_of_the_app_has_its_place_in_the_order():
    parts = {_part(module) for module, _ in modules() if _part(module)}
    assert parts <= set(RANK), f"give these a place in ORDER: {sorted(parts - set(RANK))}"


def test_no_part_imports_what_stands_right_of_it():
    wrong = []
    for module, path in modules():
        part = _part(module)
        if part is None:
            continue  # the package itself joins everything
        for target, line in imports(path, module):
            other = _part(target)
            if other and other != part and RANK[other] > RANK[part] and not _is_type_only(path, line):
                wrong.append(f"{path.relative_to(APP)}:{line} {part} imports {other}")
    assert not wrong, "\n".join(wrong)


def _is_type_only(path, line: int) -> bool:
    """An import under `if TYPE_CHECKING:` names a type for the reader and runs nothing."""
    lines = path.read_text().splitlines()
    above = [text for text in lines[: line - 1] if text and not text.startswith((" ", "\t"))]
    return lines[line - 1].startswith("    ") and bool(above) and above[-1].startswith("if TYPE_CHECKING")


def test_kit_and_gateways_know_no_table():
    wrong = [
        f"{path}:{line}"
        for module, path in modules()
        if _part(module) in ("kit", "gateways")
        for target, line in imports(path, module)
        if target.endswith(".models")
    ]
    assert not wrong


WORDS = {"shopify_app.gateways.shopify.decline_codes"}
"""A gateway's module that is words alone: rules speak of a class of declines by its name."""


def test_pure_modules_touch_no_session_no_gateway_and_no_clock():
    pure = {"rules", "calendar", "policy", "runway", "money"}
    wrong = [
        f"{path.relative_to(APP)}:{line} imports {target}"
        for module, path in modules()
        if path.stem in pure
        for target, line in imports(path, module)
        if target not in WORDS
        and target.startswith(
            ("sqlalchemy", "shopify_app.gateways", "shopify_app.kit.clock", "shopify_app.kit.db", "httpx")
        )
    ]
    assert not wrong, "\n".join(wrong)


def test_app_and_sandbox_meet_on_the_wire_only():
    crossing = [
        f"{path}:{line} imports {target}"
        for folder, foreign in ((APP, "sandbox"), (SANDBOX, "shopify_app"))
        for module, path in modules(folder)
        for target, line in imports(path, module)
        if target.split(".")[0] == foreign
    ]
    assert not crossing, "\n".join(crossing)
