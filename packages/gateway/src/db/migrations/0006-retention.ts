export const retention: readonly string[] = [
  // Keyed hashes of the two numbers, so that a person is found without a number being readable; and what is kept until when.
  `alter table calls add column from_index text, add column to_index text, add column label text,
    add column policy text, add column policy_version text, add column retain jsonb, add column due_at timestamptz`,
  `create table call_parties (
    call_id text not null, tenant text not null, party_index text not null, primary key (call_id, party_index))`,
  `create index call_parties_by_index on call_parties (tenant, party_index)`,
  `create index calls_by_from on calls (tenant, from_index) where from_index is not null`,
  `create index calls_by_to on calls (tenant, to_index) where to_index is not null`,
  `create index calls_due on calls (due_at, id) where due_at is not null`,
  `create index calls_unjudged on calls (id) where policy_version is null`,
  // claimed_at: a deletion was decided, no hold being in the way then; it is carried through.
  `alter table objects add column policy text, add column policy_version text, add column due_at timestamptz,
    add column claimed_at timestamptz`,
  `create index objects_due on objects (due_at, id) where due_at is not null and state <> 'deleted'`,
  `create index objects_unjudged on objects (id) where policy_version is null`,
  `create index objects_claimed on objects (id) where claimed_at is not null and state <> 'deleted'`,
  `create table holds (
    id text primary key, tenant text not null, call_id text, subject_index text, label text, from_at timestamptz,
    to_at timestamptz, reason_sealed text not null, placed_by text not null, placed_at timestamptz not null,
    until timestamptz, released_by text, released_at timestamptz, release_reason_sealed text)`,
  `create index holds_active on holds (tenant) where released_at is null`,
  `create table subject_requests (
    id text primary key, tenant text not null, kind text not null check (kind in ('find', 'export', 'erase')),
    state text not null check (state in ('waiting', 'running', 'done', 'failed')), subject_index text, subject_id text,
    with_audio boolean not null default false, asked_by text not null, created_at timestamptz not null,
    ended_at timestamptz, report jsonb, error text)`,
  `create index subject_requests_by_tenant on subject_requests (tenant, id desc)`,
  `create index subject_requests_open on subject_requests (id) where state in ('waiting', 'running')`,
  `create table retention_marks (name text primary key, value text not null)`,
]
