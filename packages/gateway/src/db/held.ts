import { sql, type RawBuilder } from 'kysely'

/**
 * Whether a hold that is in force stands against a row. `o` names the tables of the query: a hold may be for the call `c` (which may
 * be missing, for an object of none) or by the row's own time.
 */
export function isHeld(now: Date, row: { tenant: string; call: string; at: string }): RawBuilder<boolean> {
  return sql<boolean>`exists (${holdsOf(now, row)})`
}

/** The ids of those holds; the query has `c` for the call. */
export function holdsOf(
  now: Date,
  row: { tenant: string; call: string; at: string },
): RawBuilder<{ id: string }> {
  const [tenant, call, at] = [sql.ref(row.tenant), sql.ref(row.call), sql.ref(row.at)]
  return sql`select h.id from holds h where h.tenant = ${tenant} and h.released_at is null
    and (h.until is null or h.until > ${now}) and (h.call_id is null or h.call_id = ${call})
    and (h.subject_index is null or h.subject_index in (c.from_index, c.to_index) or exists (
      select 1 from call_parties p where p.call_id = c.id and p.party_index = h.subject_index))
    and (h.label is null or h.label = c.label)
    and (h.from_at is null or coalesce(c.started_at, ${at}) >= h.from_at)
    and (h.to_at is null or coalesce(c.started_at, ${at}) < h.to_at)`
}
