-- Hybrid search in one statement: vector, BM25 and their fusion, over what is published and belongs to the tenant.
--
-- :tenant_id, :document_ids and :collection_ids (null: all), :vector (null: no dense part), :terms (empty: no lexical part), :pool, :top_k
--
-- BM25 with k1 = 1.2 and b = 0.75 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009) and the idf
-- of Lucene, ln(1 + (N - df + 0.5) / (df + 0.5)), which is never negative. N, the average length and df are counted over
-- all that the tenant can see, also when the search is narrowed to some documents. Fusion: mean of both scores after
-- min-max over the pool, which is the union of the best :pool of each kind; every member gets both scores.

with visible as materialized (
    select v.id, v.document_id, v.version, v.filename, v.chunk_count, v.token_count,
           (cast(:document_ids as uuid[]) is null or d.id = any (cast(:document_ids as uuid[])))
           and (cast(:collection_ids as uuid[]) is null
                or d.collection_id = any (cast(:collection_ids as uuid[]))) as wanted
      from documents d
      join document_versions v on v.document_id = d.id and v.version = d.active_version
     where d.tenant_id = :tenant_id and d.deleted_at is null
),
corpus as materialized (
    select sum(chunk_count)::float8 as n, sum(token_count)::float8 / sum(chunk_count) as average_length from visible
),
matches as materialized (
    select p.term, p.version_id, p.ordinal, p.tf, p.length
      from postings p
     where p.tenant_id = :tenant_id
       and p.term = any (cast(:terms as text[]))
       and p.version_id in (select id from visible)
),
weights as materialized (
    select m.term, ln(1 + (c.n - count(*) + 0.5) / (count(*) + 0.5)) as idf
      from matches m cross join corpus c
     group by m.term, c.n
),
lexical as materialized (
    select m.version_id, m.ordinal,
           sum(w.idf * m.tf * 2.2 / (m.tf + 1.2 * (0.25 + 0.75 * m.length / c.average_length))) as score
      from matches m join weights w using (term) cross join corpus c
     where m.version_id in (select id from visible where wanted)
     group by m.version_id, m.ordinal
),
best_lexical as (
    select version_id, ordinal from lexical order by score desc, version_id, ordinal limit :pool
),
best_dense as (
    select c.version_id, c.ordinal
      from chunks c
     where cast(:vector as vector) is not null
       and c.version_id in (select id from visible where wanted)
     order by c.embedding <=> cast(:vector as vector), c.version_id, c.ordinal
     limit :pool
),
pool as (
    select version_id, ordinal from best_lexical union select version_id, ordinal from best_dense
),
scored as (
    select c.id, c.version_id, c.ordinal,
           1 - (c.embedding <=> cast(:vector as vector)) as dense,
           case when cardinality(cast(:terms as text[])) > 0 then coalesce(l.score, 0) end as lexical
      from pool
      join chunks c using (version_id, ordinal)
      left join lexical l using (version_id, ordinal)
),
ranges as (
    select min(dense) as dense_low, nullif(max(dense) - min(dense), 0) as dense_range,
           min(lexical) as lexical_low, nullif(max(lexical) - min(lexical), 0) as lexical_range,
           (max(lexical) > 0)::int as any_lexical
      from scored
),
best as (
    -- Equal scores all count 1, as none is worse than another, or 0 when no term was found anywhere; a part that was
    -- not asked for does not count.
    select s.*,
           (case when s.dense is null then 0
                 else coalesce((s.dense - r.dense_low) / r.dense_range, 1) end
            + case when s.lexical is null then 0
                   else coalesce((s.lexical - r.lexical_low) / r.lexical_range, r.any_lexical) end)
           / ((s.dense is not null)::int + (s.lexical is not null)::int) as score
      from scored s cross join ranges r
     order by score desc, s.version_id, s.ordinal
     limit :top_k
)
select b.id as chunk_id, v.document_id, v.version, v.filename, c.page_from, c.page_to, c.row_from, c.row_to, c.sheet,
       c.boxes, c.spans, c.heading_path, c.text, b.score, b.dense as dense_score, b.lexical as lexical_score
  from best b
  join visible v on v.id = b.version_id
  join chunks c on c.id = b.id
 order by b.score desc, b.version_id, b.ordinal
