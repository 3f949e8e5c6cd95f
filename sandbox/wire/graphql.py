"""The Admin GraphQL endpoint: validation, access, throttling, execution and errors, in Shopify's shapes."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLResolveInfo,
    OperationDefinitionNode,
    execute_sync,
    get_named_type,
    get_operation_ast,
    is_abstract_type,
)

import sandbox.shopify  # noqa: F401 - registers the nouns
from sandbox.shopify.registry import MUTATIONS, QUERIES, Ctx
from sandbox.wire import access, mischief, oauth, schema
from sandbox.wire.cost import Meter
from sandbox.wire.throttle import MAX_COST, Throttle
from sandbox.world import World


@dataclass
class Answer:
    """What goes back, and what the request log keeps."""

    body: dict[str, Any]
    status: int = 200
    cost: int = 0
    operation: str = ""


def make_blueprint(world: World, throttle: Throttle) -> Blueprint:
    """``/shops/<domain>/admin/api/<version>/graphql.json``."""
    pages = Blueprint("graphql", __name__)

    @pages.post("/shops/<shop>/admin/api/<version>/graphql.json")
    def graphql(shop: str, version: str) -> Response:
        started = time.perf_counter()
        answer = _answer(world, throttle, shop, version)
        ms = round((time.perf_counter() - started) * 1000, 1)
        world.log.add(
            shop=shop,
            operation=answer.operation,
            status=answer.status,
            cost=answer.cost,
            ms=ms,
            error=_first_error(answer.body),
        )
        response = jsonify(answer.body)
        response.status_code = answer.status
        response.headers["X-Shopify-API-Version"] = schema.served(version) or version
        return response

    return pages


def _answer(world: World, throttle: Throttle, shop: str, version: str) -> Answer:
    name = schema.served(version)
    if world.shop(shop) is None or name is None:
        return Answer({"errors": "Not Found"}, 404)
    with world.locked():
        refusal = oauth.refuse(world, shop, request.headers.get("X-Shopify-Access-Token", ""))
        scopes = frozenset(world.install_of(shop).get("scopes", ()))
    if refusal:
        return Answer({"errors": refusal[1]}, refusal[0])
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        # Shopify answers 400 to a body without a query; the wording is not documented (doubt)
        return Answer({"errors": {"query": "Required parameter missing or invalid"}}, 400)
    return _operate(world, throttle, Ctx(world, shop, scopes, name), body)


def _operate(world: World, throttle: Throttle, ctx: Ctx, body: dict[str, Any]) -> Answer:
    wire = schema.load(ctx.version)
    document = wire.check(body["query"])
    if isinstance(document, list):
        return Answer({"errors": [_shaped(e) for e in document]})
    operation = get_operation_ast(document, body.get("operationName"))
    variables = body.get("variables") or {}
    if operation is None or not isinstance(variables, dict):
        return Answer({"errors": [{"message": "No operation named " + repr(body.get("operationName"))}]})
    label = _label(operation)
    fault = mischief.before(world, label)
    if fault:
        return Answer({"errors": "Internal Server Error"}, fault, operation=label)
    meter = Meter(wire.graphql, document, operation, variables)
    answer = _metered(throttle, ctx, meter, lambda: _run(world, ctx, document, operation, variables))
    answer.operation = label
    mischief.after(world, label)
    return answer


def _metered(throttle: Throttle, ctx: Ctx, meter: Meter, run: Any) -> Answer:
    """Hold the requested cost, run, and charge what was used. The bucket is checked under the world's lock."""
    requested = meter.requested()
    if requested > MAX_COST:
        message = f"Query cost is {requested}, which exceeds the single query max cost limit ({MAX_COST})."
        extensions = {"code": "MAX_COST_EXCEEDED", "cost": requested, "maxCost": MAX_COST}
        return Answer({"errors": [{"message": message, "extensions": extensions}]}, cost=requested)
    with ctx.world.locked():
        if not throttle.admit(ctx.shop, requested):
            error = {"message": "Throttled", "extensions": {"code": "THROTTLED"}}
            cost = throttle.extensions(ctx.shop, requested, None)
            return Answer({"errors": [error], "extensions": {"cost": cost}}, cost=requested)
        result: ExecutionResult = run()
        actual = min(requested, meter.actual(result.data))
        throttle.settle(ctx.shop, requested, actual)
        body: dict[str, Any] = {}
        if result.data is not None or not result.errors:
            body["data"] = result.data
        if result.errors:
            body["errors"] = [_shaped(e) for e in result.errors]
        body["extensions"] = {"cost": throttle.extensions(ctx.shop, requested, actual)}
        return Answer(body, cost=actual)


def _run(
    world: World, ctx: Ctx, document: DocumentNode, operation: OperationDefinitionNode, variables: dict[str, Any]
) -> ExecutionResult:
    return execute_sync(
        schema.load(ctx.version).graphql,
        document,
        context_value=ctx,
        variable_values=variables,
        operation_name=operation.name.value if operation.name else None,
        field_resolver=resolve,
        type_resolver=lambda value, *_: value["__typename"],
    )


def resolve(parent: Any, info: GraphQLResolveInfo[Ctx], **arguments: Any) -> Any:
    """Every field of every type: check access, then look into the view, or into the registry for a root field."""
    ctx = info.context
    access.demand(ctx, info)
    value = _found(parent, ctx, info, arguments)
    if is_abstract_type(get_named_type(info.return_type)):
        access.demand_kinds(ctx, info, value)
    return value


def _found(parent: Any, ctx: Ctx, info: GraphQLResolveInfo[Ctx], arguments: dict[str, Any]) -> Any:
    if parent is None:
        table = MUTATIONS if info.parent_type.name == "Mutation" else QUERIES
        if info.field_name not in table:
            raise _unmodelled(ctx, info)
        return table[info.field_name](ctx, **arguments)
    if info.field_name not in parent:
        raise _unmodelled(ctx, info)
    value = parent[info.field_name]
    return value(ctx, **arguments) if callable(value) else value


def _unmodelled(ctx: Ctx, info: GraphQLResolveInfo[Ctx]) -> GraphQLError:
    name = f"{info.parent_type.name}.{info.field_name}"
    ctx.world.log.unmodelled[name] += 1
    return GraphQLError(f"sandbox does not model {name}", extensions={"code": "SANDBOX_UNMODELLED"})


def _shaped(error: GraphQLError) -> dict[str, Any]:
    """Shopify's error object. What a resolver raised by mistake is shown as Shopify shows its own failures."""
    shaped: dict[str, Any] = {"message": error.message}
    if error.locations:
        shaped["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path:
        shaped["path"] = list(error.path)
    if error.extensions:
        shaped["extensions"] = error.extensions
    if error.original_error is not None and not isinstance(error.original_error, GraphQLError):
        traceback.print_exception(error.original_error)  # a bug of the sandbox must be seen
        shaped["message"] = f"sandbox failed: {error.original_error!r}"
        shaped["extensions"] = {"code": "INTERNAL_SERVER_ERROR"}
    return shaped


def _label(operation: OperationDefinitionNode) -> str:
    """The operation's name, or its first root field when it is anonymous."""
    if operation.name:
        return operation.name.value
    first = operation.selection_set.selections[0]
    return first.name.value if isinstance(first, FieldNode) else "anonymous"


def _first_error(body: dict[str, Any]) -> str | None:
    errors = body.get("errors")
    return errors[0]["message"] if isinstance(errors, list) else errors
