"""Attacks on every route, with the ids of somebody else: nothing crosses from tenant to tenant, or past a role."""

import json
import logging
import traceback
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import text

from docqa.core.ids import upload_key
from docqa.core.models import AccountRole, Identity, Role, VersionKey
from docqa.database.tables import metadata
from docqa.http.routes.auth import NOBODY
from docqa.mcp.servers import McpServers
from docqa.mcp.specs import ServerSpec
from tests.database.routes import ACCOUNT, ADMIN, EDITOR, OPEN, OWNER, PRIVATE, ROUTES, VIEWER, Call
from tests.database.services import WorldContainer
from tests.database.world import World
from tests.fakes.tool_server import ToolServer

pytestmark = pytest.mark.anyio

PREFIX = "/api/v1/"
SECRETS = ("zanzibar", "victim@", "pirates")
"""Words of the victim's documents, file names, collections and address, in lower case."""


def deployed_apps() -> tuple[FastAPI, ...]:
    """To call inside a running loop: without one, Mangum makes a loop of its own, which nobody closes."""
    import api.main
    import stream.main

    return api.main.app, stream.main.app


def routes_of(app: FastAPI) -> set[tuple[str, str]]:
    contexts = list(iter_route_contexts(app.routes))
    return {(method, str(route.path).removeprefix(PREFIX)) for route in contexts for method in route.methods or ()}


@dataclass
class Scene:
    """A victim with a private collection, and whoever calls the apps."""

    world: World
    services: WorldContainer
    owner: Identity
    collection: UUID
    document: VersionKey
    conversation: UUID
    member: Identity
    names: dict[str, str] = field(default_factory=dict)

    async def call(self, who: Identity | None, route: tuple[str, str], call: Call) -> httpx.Response:
        method, path = route
        app = next(app for app in deployed_apps() if route in routes_of(app))
        names = self.names | {"me": who.email if who else "eve@example.org"}
        headers = {"authorization": f"Bearer {self.services.tokens.issue(who)}"} if who else {}
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://test{PREFIX}") as http:
            where = "http://test" + path if path.startswith("/") else path
            return await http.request(
                method,
                filled(where.replace("{model:path}", "docqa") + call.query, names),
                json=None if call.body is None else filled(call.body, names),
                headers=headers,
            )

    async def state(self) -> dict[str, Any]:
        """All that the victim's tenant has."""
        found: dict[str, Any] = {}
        async with self.world.database.system() as connection:
            for table in metadata.tables:
                column = "id" if table == "tenants" else "tenant_id"
                rows = await connection.execute(
                    text(f"select t::text from {table} t where {column} = :tenant_id order by 1"),
                    {"tenant_id": self.owner.tenant_id},
                )
                found[table] = rows.scalars().all()
        return found | {
            "uploads": dict(self.services.uploads.objects),
            "started": list(self.services.executions.started),
        }


def filled(template: Any, names: dict[str, str]) -> Any:
    if isinstance(template, dict):
        return {key: filled(value, names) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, names) for value in template]
    return template.format(**names) if isinstance(template, str) else template


@pytest.fixture(scope="module")
def post() -> Iterator[ServerSpec]:
    """A tool server with the tool `send`."""
    with ToolServer() as running:
        yield ServerSpec(name="post", url=running.url, private=True)


@pytest.fixture
async def scene(world: World, post: ServerSpec) -> AsyncIterator[Scene]:
    services = WorldContainer(world)
    services.tool_servers = McpServers([post], dict)
    apps = deployed_apps()
    deployed = [app.state.services for app in apps]
    for app in apps:
        app.state.services = services
    try:
        yield await played(world, services)
    finally:
        for app, container in zip(apps, deployed, strict=True):
            app.state.services = container


async def played(world: World, services: WorldContainer) -> Scene:
    owner = await world.users.register(email="victim@example.org", password_hash=NOBODY)
    collection = await world.collection(owner, "Pirates of Zanzibar")
    document = await world.document(
        owner,
        "The treasure of Zanzibar lies under the old lighthouse.",
        filename="zanzibar.pdf",
        collection_id=collection,
    )
    services.uploads.objects[upload_key(document)] = b"the file of Zanzibar"
    member = await world.colleague(owner)
    await world.share(collection, member, Role.EDITOR)
    made = Scene(world, services, owner, collection, document, UUID(int=0), member)
    asked = await made.call(owner, ("POST", "ask"), Call(ACCOUNT, {"question": "Where does the treasure lie?"}))
    made.conversation = UUID(asked.json()["conversation_id"])
    memory = await services.memories.remember(owner.tenant_id, owner.user_id, "The pirates of Zanzibar are mine.")
    made.names = {
        "memory_id": str(memory.memory_id),
        "collection": str(collection),
        "collection_id": str(collection),
        "document": str(document.document_id),
        "document_id": str(document.document_id),
        "conversation": str(made.conversation),
        "passage": str(await passage_of(world, document)),
        "who": str(member.user_id),
        "server": "post",
        "tool": "send",
        "victim": owner.email,
        "token": services.tokens.issue(owner),
    }
    return made


async def passage_of(world: World, document: VersionKey) -> UUID:
    async with world.database.system() as connection:
        found = await connection.execute(
            text("select id from chunks where tenant_id = :tenant_id"), document.model_dump()
        )
        passage: UUID = found.scalars().one()
    return passage


async def somebody(scene: Scene, kind: str) -> Identity | None:
    match kind:
        case "nobody":
            return None
        case "stranger":  # an admin, but elsewhere
            stranger = await scene.world.account()
            await scene.world.document(stranger, "The lamp of Lima.")
            return stranger
        case "forger":  # signed by us, for a tenant that he is not in
            stranger = await scene.world.account()
            return stranger.model_copy(update={"tenant_id": scene.owner.tenant_id})
        case "colleague":
            return await scene.world.colleague(scene.owner)
        case "admin":
            return await scene.world.colleague(scene.owner, AccountRole.ADMIN)
        case "everyone":
            await scene.world.members.set_everyone(scene.owner.tenant_id, scene.collection, role=Role.VIEWER)
            return await scene.world.colleague(scene.owner)
        case role:
            member = await scene.world.colleague(scene.owner)
            await scene.world.share(scene.collection, member, Role(role))
            return member


async def test_every_route_is_in_the_table() -> None:
    assert set().union(*map(routes_of, deployed_apps())) == set(ROUTES)


async def test_the_owner_gets_the_text_that_nobody_else_may_see(scene: Scene) -> None:
    """The attacks below look for words that would be there if they succeeded."""
    for path in ("search", "ask", "ask/stream"):
        for call in ROUTES["POST", path]:
            answer = await scene.call(scene.owner, ("POST", path), call)
            assert answer.status_code == 200, answer.text
            assert "lighthouse" in answer.text
            assert "zanzibar.pdf" in answer.text


REFUSED = {
    "nobody": dict.fromkeys((ACCOUNT, ADMIN, VIEWER, EDITOR, OWNER, PRIVATE), 401),
    "forger": dict.fromkeys((ACCOUNT, ADMIN, VIEWER, EDITOR, OWNER, PRIVATE), 401),
    "stranger": dict.fromkeys((VIEWER, EDITOR, OWNER, PRIVATE), 404),
    "colleague": dict.fromkeys((VIEWER, EDITOR, OWNER, PRIVATE), 404) | {ADMIN: 403},
    "viewer": {EDITOR: 403, OWNER: 403, PRIVATE: 404, ADMIN: 403},
    "everyone": {EDITOR: 403, OWNER: 403, PRIVATE: 404, ADMIN: 403},
    "editor": {OWNER: 403, PRIVATE: 404, ADMIN: 403},
    "owner": {PRIVATE: 404, ADMIN: 403},
    "admin": {PRIVATE: 404},
}
"""Who → what the calls that he may not make are answered with; the others are let in."""


def calls(kind: str, *, refused: bool) -> list[tuple[tuple[str, str], Call]]:
    every = [(route, call) for route, found in ROUTES.items() for call in found]
    return [(route, call) for route, call in every if call.needs != OPEN and (call.needs in REFUSED[kind]) is refused]


@pytest.mark.parametrize("kind", REFUSED)
async def test_refused_calls_tell_nothing_and_change_nothing(scene: Scene, kind: str) -> None:
    who = await somebody(scene, kind)
    before = await scene.state()
    attacks = calls(kind, refused=True)
    assert attacks
    for route, call in attacks:
        answer = await scene.call(who, route, call)
        assert answer.status_code == REFUSED[kind][call.needs], (route, call, answer.text)
        assert_tells_nothing(answer, scene)
    assert await scene.state() == before


async def test_the_attacks_meet_warm_caches_of_each_tenant_alone(scene: Scene) -> None:
    """The owner's searches are in the cache before the attacks, under keys that name the tenant."""
    search = ("POST", "search")
    for call in ROUTES[search]:
        await scene.call(scene.owner, search, call)
    stranger = await somebody(scene, "stranger")
    assert stranger is not None
    before = dict(scene.services.cache.values)
    assert before
    assert all(str(scene.owner.tenant_id) in key for key in before)
    for call in calls("stranger", refused=False):
        await scene.call(stranger, *call)
    kept = scene.services.cache.values
    assert {key: kept[key] for key in before} == before
    added = kept.keys() - before.keys()
    assert added
    assert all(str(stranger.tenant_id) in key and str(scene.owner.tenant_id) not in key for key in added)


class Kept(logging.Handler):
    """Everything that any logger is told, with its fields and its stack traces."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        self.lines.append(f"{record.__dict__} {trace}".lower())


@pytest.fixture
def logged() -> Iterator[Kept]:
    kept, loggers = (
        Kept(),
        [each for each in logging.root.manager.loggerDict.values() if isinstance(each, logging.Logger)],
    )
    for logger in loggers:
        logger.addHandler(kept)
    yield kept
    for logger in loggers:
        logger.removeHandler(kept)


async def test_logs_tell_nobodys_words(scene: Scene, logged: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither what was asked nor what was found: not in metrics, not when the cache fails, not when the search does."""
    for fault in ("none", "cache", "database"):
        scene.services.cache.down = fault != "none"
        if fault == "database":
            async with scene.world.database.owner() as connection:
                await connection.execute(text("alter table postings rename to lost"))
        try:
            for path in ("search", "ask", "ask/stream"):
                for call in ROUTES["POST", path]:
                    await scene.call(scene.owner, ("POST", path), call)
        finally:
            if fault == "database":
                async with scene.world.database.owner() as connection:
                    await connection.execute(text("alter table lost rename to postings"))
    lines = [*logged.lines, "".join(capsys.readouterr()).lower()]
    for event in ("searchcachemiss", "cache_unavailable", "request_failed"):
        assert any(event in line for line in lines), event
    words = (*SECRETS, "treasure", "treasur", "lighthouse")
    assert [(word, line) for line in lines for word in words if word in line] == []


@pytest.mark.parametrize("kind", ["nobody", "stranger", "colleague"])
async def test_what_anybody_may_call_tells_nothing_of_others(scene: Scene, kind: str) -> None:
    who = await somebody(scene, kind)
    before = await scene.state()
    opened = [(route, call) for route, found in ROUTES.items() for call in found if call.needs == OPEN]
    for route, call in [*opened, *calls(kind, refused=False)]:
        answer = await scene.call(who, route, call)
        assert answer.status_code < 500, (route, answer.text)
        assert_tells_nothing(answer, scene)
    if kind != "colleague":  # he may make things of his own in this tenant
        assert await scene.state() == before


@pytest.mark.parametrize("kind", ["viewer", "everyone", "editor", "owner", "admin"])
async def test_a_role_opens_what_it_should(scene: Scene, kind: str) -> None:
    who = await somebody(scene, kind)
    for route, call in calls(kind, refused=False):
        answer = await scene.call(who, route, call)
        if route[1].endswith("/retry"):
            assert answer.json()["error"]["code"] == "not_retryable", answer.text
        else:
            assert answer.status_code < 400, (route, call, answer.text)
        reads = call.body["method"] in ("tools/call", "resources/read") if route[1] == "/mcp" else False
        if reads and "list_documents" not in str(call.body):
            assert '"isError":true' not in answer.text, (call, answer.text)
        if route[1] in ("search", "ask", "ask/stream", "/v1/chat/completions") or reads:
            assert "lighthouse" in answer.text or "zanzibar.pdf" in answer.text, (route, call, answer.text)


async def test_what_is_taken_away_is_gone_with_the_next_request(scene: Scene) -> None:
    who = await somebody(scene, "viewer")
    assert who is not None
    search, everything = ("POST", "search"), ROUTES["POST", "search"][-1]
    assert "lighthouse" in (await scene.call(who, search, everything)).text
    await scene.world.members.remove_member(who.tenant_id, scene.collection, who=who.email)
    answer = await scene.call(who, search, everything)
    assert (answer.status_code, answer.json()["hits"]) == (200, [])
    for route, call in calls("colleague", refused=True):
        if call.needs == VIEWER:
            assert (await scene.call(who, route, call)).status_code == 404


async def test_an_invitation_lets_in_whom_it_names_and_nobody_else(scene: Scene) -> None:
    register, invite = ("POST", "auth/register"), ("POST", "auth/invitations")
    made = (await scene.call(scene.owner, invite, Call(ADMIN, {"email": "Eva@example.org"}))).json()
    assert made["role"] == "member"
    account = {"password": "correct horse", "invitation": made["invitation"]}
    before = await scene.state()
    for wrong in ({"email": "mallory@example.org"}, {"email": "eva@example.org", "invitation": scene.names["token"]}):
        answer = await scene.call(None, register, Call(OPEN, account | wrong))
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_invitation")
    assert await scene.state() == before
    joined = await scene.call(None, register, Call(OPEN, account | {"email": "eva@example.org"}))
    eva = scene.services.tokens.verify(joined.json()["access_token"])
    assert eva.tenant_id == scene.owner.tenant_id
    me = (await scene.call(eva, ("GET", "auth/me"), Call(ACCOUNT))).json()
    assert (me["email"], me["role"]) == ("Eva@example.org", "member")
    again = await scene.call(None, register, Call(OPEN, account | {"email": "eva@example.org"}))
    assert again.json()["error"]["code"] == "email_taken"


def assert_tells_nothing(answer: httpx.Response, scene: Scene) -> None:
    """Neither the victim's words nor any id that the caller did not name himself."""
    told = answer.text.lower() + json.dumps(dict(answer.headers)).lower()
    for word in SECRETS:
        assert word not in told, answer.text
    if answer.status_code >= 400 or answer.request.method == "GET":
        for hidden in (scene.owner.user_id, scene.member.user_id):
            assert str(hidden) not in told, answer.text
