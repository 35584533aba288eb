export const consent: readonly string[] = [
  // What each party of a call said; whose number that was only as a keyed hash. Kept for longer than what it permitted.
  `create table consents (
    id text primary key, tenant text not null, call_id text not null, party text not null, party_index text,
    required text not null, rule text not null, state text not null, how text, at timestamptz not null)`,
  `create index consents_by_call on consents (call_id)`,
  `create index consents_by_party on consents (tenant, party_index) where party_index is not null`,
  `create index consents_by_age on consents (at)`,
  // What somebody chose once and for all.
  `create table consent_choices (
    tenant text not null, party_index text not null, choice text not null check (choice in ('opt-in', 'opt-out')),
    set_by text not null, set_at timestamptz not null, primary key (tenant, party_index))`,
  `select isolate_tenants()`,
]
