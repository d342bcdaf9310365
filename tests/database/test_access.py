"""Who may read what: one look-up decides the scope of a search, and the search finds that and nothing else."""

import itertools
import random
import uuid
from uuid import UUID

import pytest

from docqa.core.errors import NotFound, Unauthenticated
from docqa.core.models import AccountRole, Identity, Role, Scope, SearchQuery
from tests.database.world import MODEL, World, unit_vector

pytestmark = pytest.mark.anyio


async def found(world: World, user: Identity, scope: Scope) -> set[UUID]:
    """Documents that a search for the word of every document finds."""
    query = SearchQuery(
        tenant_id=user.tenant_id,
        query="lamp",
        top_k=50,
        document_ids=scope.document_ids,
        collection_ids=scope.collection_ids,
        epoch=scope.epoch,
    )
    hits = await world.index.find(query, vector=unit_vector("lamp"), model=MODEL, terms=["lamp"], pool=50)
    return {hit.document_id for hit in hits}


async def test_roles_decide_what_is_found(world: World) -> None:
    """A tenant of random sharing, against the same rule in Python."""
    chance = random.Random(4)
    admin = await world.account()
    users = [admin, *[await world.colleague(admin) for _ in range(4)]]
    collections = [await world.default_collection(admin)]
    collections += [await world.collection(admin, f"Number {number}") for number in range(4)]
    documents = {c: (await world.document(admin, f"the lamp of {c}", collection_id=c)).document_id for c in collections}
    everyone = dict(zip(collections, [Role.EDITOR, None, None, Role.VIEWER, Role.EDITOR], strict=True))
    for collection_id, role in everyone.items():
        await world.members.set_everyone(admin.tenant_id, collection_id, role=role)
    shared: dict[tuple[UUID, UUID], Role] = {}
    for user, collection_id in itertools.product(users[1:-1], collections):
        if role := chance.choice([None, *Role]):
            await world.share(collection_id, user, role)
            shared[user.user_id, collection_id] = role

    for user in users:
        expected = {}
        for collection_id in collections:
            roles = [everyone[collection_id], shared.get((user.user_id, collection_id)), user is admin and Role.OWNER]
            if has := [role for role in roles if role]:
                expected[collection_id] = max(has, key=list(Role).index)
        for collection_id in collections:
            if collection_id in expected:
                assert await world.access.collection_role(user, collection_id) == expected[collection_id]
                assert await world.access.document_role(user, documents[collection_id]) == expected[collection_id]
            else:
                with pytest.raises(NotFound):
                    await world.access.collection_role(user, collection_id)
                with pytest.raises(NotFound):
                    await world.access.document_role(user, documents[collection_id])
        listed = {c.collection_id: c.role for c in await world.collections.list_collections(user)}
        assert listed == expected
        scope = await world.access.scope(user, None, None)
        assert scope.collection_ids == (None if len(expected) == 5 else tuple(sorted(expected)))
        assert await found(world, user, scope) == {documents[c] for c in expected}
        if expected:
            asked = chance.sample(sorted(expected), chance.randint(1, len(expected)))
            some = await world.access.scope(user, None, asked)
            assert some.collection_ids == tuple(sorted(asked))
            assert await found(world, user, some) == {documents[c] for c in asked}
            narrowed = await world.access.scope(user, [documents[asked[0]]], None)
            assert await found(world, user, narrowed) == {documents[asked[0]]}


async def test_a_user_who_may_read_nothing_finds_nothing(world: World) -> None:
    admin = await world.account()
    await world.document(admin, "the lamp")
    nobody = await world.colleague(admin)
    await world.members.set_everyone(admin.tenant_id, await world.default_collection(admin), role=None)
    scope = await world.access.scope(nobody, None, None)
    assert scope.collection_ids == ()
    assert await found(world, nobody, scope) == set()
    assert len(await found(world, admin, await world.access.scope(admin, None, None))) == 1


async def test_asking_for_nothing_is_not_asking_for_everything(world: World) -> None:
    admin = await world.account()
    await world.document(admin, "the lamp")
    for scope in (await world.access.scope(admin, None, []), await world.access.scope(admin, [], None)):
        assert await found(world, admin, scope) == set()


async def test_what_may_not_be_read_is_named_as_if_it_were_not_there(world: World) -> None:
    admin, stranger = await world.account(), await world.account()
    member = await world.colleague(admin)
    collection_id = await world.collection(admin)
    key = await world.document(admin, "the lamp", collection_id=collection_id)
    visible = await world.document(admin, "another lamp")
    for user in (stranger, member):
        with pytest.raises(NotFound, match=str(collection_id)):
            await world.access.scope(user, None, [await world.default_collection(user), collection_id])
        with pytest.raises(NotFound, match=str(key.document_id)):
            await world.access.scope(user, [key.document_id], None)
    with pytest.raises(NotFound, match=str(key.document_id)):
        await world.access.scope(member, [visible.document_id, key.document_id], None)
    await world.documents.delete(admin.tenant_id, visible.document_id)
    with pytest.raises(NotFound, match=str(visible.document_id)):
        await world.access.scope(member, [visible.document_id], None)


async def test_a_scope_does_not_depend_on_the_order_it_was_asked_in(world: World) -> None:
    admin = await world.account()
    ids = [await world.collection(admin, f"Number {number}") for number in range(3)]
    scopes = [await world.access.scope(admin, None, asked) for asked in itertools.permutations(ids)]
    assert len(set(scopes)) == 1
    assert await world.access.scope(admin, None, [*ids, ids[0]]) == scopes[0]


async def test_the_epoch_is_the_tenants(world: World) -> None:
    admin, other = await world.account(), await world.account()
    before = await world.access.scope(admin, None, None)
    await world.document(admin, "the lamp")
    assert (await world.access.scope(admin, None, None)).epoch > before.epoch
    assert (await world.access.scope(other, None, None)).epoch == 0


@pytest.mark.parametrize("gone", ["user", "tenant"])
async def test_somebody_whom_the_tenant_does_not_have_may_nothing(world: World, gone: str) -> None:
    """A token outlives its account; a signature alone opens nothing."""
    admin = await world.account()
    key = await world.document(admin, "the lamp")
    nobody = admin.model_copy(update={f"{gone}_id": uuid.uuid4()})
    for call in (
        world.access.scope(nobody, None, None),
        world.access.account_role(nobody),
        world.access.collection_role(nobody, None),
        world.access.document_role(nobody, key.document_id),
    ):
        with pytest.raises(Unauthenticated):
            await call
    assert await world.collections.list_collections(nobody) == []


async def test_the_first_user_is_an_admin_and_others_what_they_were_invited_as(world: World) -> None:
    first = await world.account()
    second, third = await world.colleague(first), await world.colleague(first, AccountRole.ADMIN)
    roles = [await world.access.account_role(user) for user in (first, second, third)]
    assert roles == [AccountRole.ADMIN, AccountRole.MEMBER, AccountRole.ADMIN]
    private = await world.collection(second)
    assert await world.access.collection_role(third, private) == Role.OWNER
