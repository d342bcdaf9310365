-- Hybrid search in one statement: vectors, BM25 and their fusion, over what answers now and belongs to the tenant.
--
-- :tenant_id · what it is narrowed to, each null for no limit: :document_ids, :collection_ids, :formats, :page_from,
-- :page_to, :created_after, :created_before (:narrowed says whether any is given) · :vector (null: no dense part) of
-- :model, which have the index named :index if any · :terms (empty: no lexical part) · :pool, :top_k, :dense_weight · :exact_below, :prune_above (see below)
--
-- A passage has a slot: a number within its tenant, from its version's slot_from on (`postings.py`). Both arms work with
-- slots; only the passages that are returned are read.
--
-- BM25 with k1 = 1.2 and b = 0.75 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) and the idf
-- of Lucene, ln(1 + (N - df + 0.5) / (df + 0.5)), which is never negative. N, mean length and df are the tenant's, also
-- when the search is narrowed. A term adds at most 2.2 idf to a score, so that the most frequent terms, where their
-- bounds together stay under the score of the :pool-th best by the other terms, cannot bring anything new into the pool:
-- they are then counted for the candidates only (MaxScore: Turtle and Flood, "Query Evaluation", 1995; the result is the
-- same, it takes a quarter of the time). Worth the trouble above :prune_above postings.
--
-- Vectors are compared one by one up to :exact_below of them; above that, the index of the tenant is asked if there is one.
--
-- Fusion: mean of both scores, weighted, after min-max over the pool, which is the union of the best :pool of each kind;
-- every member gets both scores. When no term is found anywhere, the lexical arm has seen nothing and does not count.

with tenant as materialized (
    select t.chunk_count::float8 as n, t.token_count::float8 / nullif(t.chunk_count, 0) as average_length
      from tenants t
     where t.id = :tenant_id
),
wanted as materialized (
    select v.id, v.slot_from, v.chunk_count
      from document_versions v
      join documents d on d.id = v.document_id
     where :narrowed
       and v.tenant_id = :tenant_id
       and v.slot_from is not null
       and (cast(:document_ids as uuid[]) is null or v.document_id = any (cast(:document_ids as uuid[])))
       and (cast(:collection_ids as uuid[]) is null or d.collection_id = any (cast(:collection_ids as uuid[])))
       and (cast(:formats as text[]) is null or v.format = any (cast(:formats as text[])))
       and (cast(:created_after as timestamptz) is null or d.created_at >= cast(:created_after as timestamptz))
       and (cast(:created_before as timestamptz) is null or d.created_at < cast(:created_before as timestamptz))
),
ranges as materialized (
    select int4range(w.slot_from, w.slot_from + w.chunk_count) as slots
      from wanted w
     where cast(:page_from as integer) is null and cast(:page_to as integer) is null
     union all
    select int4range(w.slot_from + c.ordinal, w.slot_from + c.ordinal + 1)
      from wanted w
      join chunks c on c.version_id = w.id
     where (cast(:page_from as integer) is not null or cast(:page_to as integer) is not null)
       and c.page_from <= coalesce(cast(:page_to as integer), c.page_from)
       and c.page_to >= coalesce(cast(:page_from as integer), c.page_to)
),
scope as materialized (
    select t.n, t.average_length, a.slots,
           case when :narrowed then a.size else t.n end > :exact_below
           and exists (select from pg_index where indexrelid = to_regclass(:index) and indisvalid) as by_index
      from tenant t
     cross join (select coalesce(range_agg(slots), '{}') as slots,
                        coalesce(sum(upper(slots) - lower(slots)), 0)::float8 as size
                   from ranges) a
),

-- the dense arm -------------------------------------------------------------------------------------------------------
near_exactly as materialized (
    -- "+ 0": no index knows this order, so that every vector is compared
    select v.slot_from + e.ordinal as slot
      from document_versions v
      join vectors e on e.version_id = v.id and e.model = :model
     where cast(:vector as halfvec) is not null
       and not (select by_index from scope)
       and v.tenant_id = :tenant_id
       and v.slot_from is not null
       and (not :narrowed
            or (v.id in (select id from wanted) and v.slot_from + e.ordinal <@ (select slots from scope)))
     order by (cast(e.embedding as halfvec({dimensions})) <=> cast(:vector as halfvec({dimensions}))) + 0,
              v.slot_from + e.ordinal
     limit :pool
),
near_by_index as materialized (
    select v.slot_from + e.ordinal as slot
      from vectors e
     cross join lateral (select slot_from
                           from document_versions
                          where id = e.version_id and slot_from is not null
                         offset 0) v
     where cast(:vector as halfvec) is not null
       and (select by_index from scope)
       and e.tenant_id = :tenant_id
       and e.model = :model
       and (not :narrowed or v.slot_from + e.ordinal <@ (select slots from scope))
     order by cast(e.embedding as halfvec({dimensions})) <=> cast(:vector as halfvec({dimensions}))
     limit :pool
),
near as (
    select slot from near_exactly union all select slot from near_by_index
),

-- the lexical arm -----------------------------------------------------------------------------------------------------
found as materialized (
    select term, sum(df)::float8 as df
      from postings
     where tenant_id = :tenant_id and term = any (cast(:terms as text[]))
     group by term
),
weights as materialized (
    select f.term, f.df, ln(1 + (s.n - f.df + 0.5) / (f.df + 0.5)) as idf
      from found f cross join scope s
),
terms as materialized (
    -- the most frequent ones that together have less than a fifth of the weight are put off
    select term, df, 2.2::float8 * idf as bound,
           sum(idf) over (order by idf, term) < 0.2::float8 * sum(idf) over ()
           and sum(df) over () > :prune_above as put_off
      from weights
),
first as materialized (
    select slot, sum(score) as score
      from (select block * 2048 + (entry >> 20) as slot,
                   bound * ((entry >> 12) & 255)::float8
                   / (((entry >> 12) & 255)::float8 + 0.3::float8 + slope * (entry & 4095)::float8) as score
              from (select p.block, t.bound, 0.9::float8 / s.average_length as slope, unnest(p.entries) as entry
                      from terms t
                      join postings p on p.tenant_id = :tenant_id and p.term = t.term
                     cross join scope s
                     where not t.put_off) entries) scores
     where not :narrowed or slot <@ (select slots from scope)
     group by slot
),
threshold as materialized (
    select rest, score, coalesce(score < rest, true) as all_count
      from (select (select coalesce(sum(bound), 0) from terms where put_off) as rest,
                   (select score from first order by score desc offset :pool - 1 limit 1) as score) t
),
candidates as materialized (
    select f.slot, f.score from first f cross join threshold t where t.all_count or f.score + t.rest >= t.score
     union
    select n.slot, f.score from near n left join first f using (slot)
),
second as materialized (
    select slot, sum(score) as score
      from (select block * 2048 + (entry >> 20) as slot,
                   bound * ((entry >> 12) & 255)::float8
                   / (((entry >> 12) & 255)::float8 + 0.3::float8 + slope * (entry & 4095)::float8) as score
              from (select p.block, t.bound, 0.9::float8 / s.average_length as slope, unnest(p.entries) as entry
                      from terms t
                      join postings p on p.tenant_id = :tenant_id and p.term = t.term
                     cross join scope s
                     where t.put_off) entries
             offset 0) scores
     where ((select all_count from threshold) or slot in (select slot from candidates))
       and (not :narrowed or slot <@ (select slots from scope))
     group by slot
),
lexical as materialized (
    select slot, sum(score) as score
      from (select slot, score from candidates union all select slot, score from second) parts
     group by slot
),
matching as (
    select slot from lexical where score is not null order by score desc, slot limit :pool
),

-- fusion --------------------------------------------------------------------------------------------------------------
pool as materialized (
    select slot from matching union select slot from near
),
scored as materialized (
    select p.slot, v.id as version_id,
           (select 1 - (cast(e.embedding as halfvec({dimensions})) <=> cast(:vector as halfvec({dimensions})))
              from vectors e
             where e.version_id = v.id and e.ordinal = p.slot - v.slot_from and e.model = :model) as dense,
           case when cardinality(cast(:terms as text[])) > 0 then coalesce(l.score, 0) end as lexical
      from pool p
     cross join lateral (select id, slot_from
                           from document_versions
                          where tenant_id = :tenant_id and slot_from <= p.slot
                          order by slot_from desc
                          limit 1) v
      left join lexical l on l.slot = p.slot
),
limits as (
    select min(dense) as dense_low, nullif(max(dense) - min(dense), 0) as dense_range,
           min(lexical) as lexical_low, nullif(max(lexical) - min(lexical), 0) as lexical_range,
           case when max(lexical) > 0 then 1 - cast(:dense_weight as float8) else 0 end as lexical_weight,
           case when max(lexical) > 0 then cast(:dense_weight as float8) else 1 end as dense_weight
      from scored
),
best as (
    -- equal scores all count 1, as none is worse than another
    select s.*,
           case when s.dense is null then coalesce((s.lexical - l.lexical_low) / l.lexical_range, 1)
                when s.lexical is null then coalesce((s.dense - l.dense_low) / l.dense_range, 1)
                else l.dense_weight * coalesce((s.dense - l.dense_low) / l.dense_range, 1)
                     + l.lexical_weight * coalesce((s.lexical - l.lexical_low) / l.lexical_range, 1) end as score
      from scored s cross join limits l
     order by score desc, s.slot
     limit :top_k
)
select c.id as chunk_id, v.document_id, v.version, v.filename, c.page_from, c.page_to, c.row_from, c.row_to, c.sheet,
       c.boxes, c.spans, c.heading_path, c.text, b.score, b.dense as dense_score, b.lexical as lexical_score
  from best b
  join document_versions v on v.id = b.version_id
  join chunks c on c.version_id = v.id and c.ordinal = b.slot - v.slot_from
 order by b.score desc, b.slot
