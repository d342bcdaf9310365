"""The inverted index of BM25: publishing a version adds to it, withdrawing one takes from it.

So it holds nothing but what answers, and document frequencies, the number of passages and their mean length are counted
by the same transactions: exact for every search, and each tenant's own.

A published version's passages have the slots `slot_from` to `slot_from + chunk_count`. A row of `postings` is one block
of 2,048 slots, one integer a passage: 11 bits of slot within the block, 8 of term frequency, 12 of the passage's length
in terms (larger ones count as 255 and 4,095, where BM25 has long flattened out). A row for each passage would take
twenty times the room, and be read as slowly.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from docqa.core.models import VersionKey

_VERSION_IDS = bindparam("version_ids", type_=ARRAY(BigInteger))

_COUNT_IN = text("""
    update tenants t
       set next_slot = t.next_slot + v.chunk_count, chunk_count = t.chunk_count + v.chunk_count,
           token_count = t.token_count + v.token_count
      from document_versions v
     where v.id = :version_id and t.id = :tenant_id
 returning t.next_slot - v.chunk_count as slot_from
""")

_PLACE = text("update document_versions set slot_from = :slot_from where id = :version_id and tenant_id = :tenant_id")

PACKED = "((slot % 2048) << 20) | (least(tf, 255) << 12) | least(length, 4095)"
"""One passage's entry, in SQL."""

_ADD = text(f"""
    insert into postings as p (tenant_id, term, block, df, entries)
    select :tenant_id, term, slot / 2048, count(*),
           array_agg({PACKED} order by slot)
      from (select cast(:slot_from as integer) + c.ordinal as slot, c.length, u.term, u.tf
              from chunks c
             cross join unnest(c.terms, c.frequencies) as u(term, tf)
             where c.version_id = :version_id and c.tenant_id = :tenant_id) found
     group by term, slot / 2048
        on conflict (tenant_id, term, block)
        do update set df = p.df + excluded.df, entries = p.entries || excluded.entries
""")  # noqa: S608 - a constant

_TOUCHED = """
    touched as materialized (
        select u.term, (v.slot_from + c.ordinal) / 2048 as block, count(*) as passages
          from document_versions v
          join chunks c on c.version_id = v.id
         cross join unnest(c.terms) as u(term)
         where v.id = any(:version_ids) and v.tenant_id = :tenant_id and v.slot_from is not null
         group by u.term, (v.slot_from + c.ordinal) / 2048
    )
"""

_REMOVE_ROWS = text(f"""
    with {_TOUCHED}
    delete from postings p
     using touched t
     where p.tenant_id = :tenant_id and p.term = t.term and p.block = t.block and p.df = t.passages
""").bindparams(_VERSION_IDS)  # noqa: S608

_REMOVE_ENTRIES = text(f"""
    with {_TOUCHED}, gone as materialized (
        select range_agg(int4range(v.slot_from, v.slot_from + v.chunk_count)) as slots
          from document_versions v
         where v.id = any(:version_ids) and v.tenant_id = :tenant_id and v.slot_from is not null
    )
    update postings p
       set df = p.df - t.passages,
           entries = array(select e from unnest(p.entries) as e where not p.block * 2048 + (e >> 20) <@ gone.slots)
      from touched t, gone
     where p.tenant_id = :tenant_id and p.term = t.term and p.block = t.block
""").bindparams(_VERSION_IDS)  # noqa: S608

_WITHDRAW = text("""
    update document_versions v
       set slot_from = null
     where v.id = any(:version_ids) and v.tenant_id = :tenant_id and v.slot_from is not null
 returning v.chunk_count, v.token_count
""").bindparams(_VERSION_IDS)

_COUNT_OUT = text("""
    update tenants
       set chunk_count = chunk_count - :chunks, token_count = token_count - :tokens
     where id = :tenant_id
""")


async def add_version(connection: AsyncConnection, key: VersionKey, *, number: int) -> None:
    """Let a version's passages count and be found. The caller holds the tenant and has counted the version."""
    values = {"tenant_id": key.tenant_id, "version_id": number}
    slot_from = (await connection.execute(_COUNT_IN, values)).scalar_one()
    await connection.execute(_PLACE, {**values, "slot_from": slot_from})
    await connection.execute(_ADD, {**values, "slot_from": slot_from})


async def remove_versions(connection: AsyncConnection, tenant_id: UUID, numbers: Sequence[int]) -> bool:
    """The reverse, before the passages go; whether any of the versions answered. The caller holds the tenant."""
    values = {"tenant_id": tenant_id, "version_ids": list(numbers)}
    await connection.execute(_REMOVE_ROWS, values)
    await connection.execute(_REMOVE_ENTRIES, values)
    gone = (await connection.execute(_WITHDRAW, values)).all()
    if gone:
        counts = {"chunks": sum(row.chunk_count for row in gone), "tokens": sum(row.token_count for row in gone)}
        await connection.execute(_COUNT_OUT, {"tenant_id": tenant_id, **counts})
    return bool(gone)
