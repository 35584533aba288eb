export const start: readonly string[] = [
  `create table calls (
    id text primary key, tenant text not null, app text not null, trunk text not null, direction text not null,
    from_sealed text not null, to_sealed text not null,
    state text not null check (state in ('ringing', 'active', 'ended')), end_reason text,
    started_at timestamptz not null, answered_at timestamptz, ended_at timestamptz,
    receipt jsonb, ladder_sealed text, variables_sealed text)`,
  `create index calls_by_tenant on calls (tenant, id desc)`,
  `create index calls_not_ended on calls (id) where state <> 'ended'`,
  `create table call_events (
    seq bigint generated always as identity primary key, call_id text not null, tenant text not null,
    at timestamptz not null, kind text not null, fields_sealed text not null)`,
  `create index call_events_by_call on call_events (call_id, seq)`,
  `create table recordings (
    id text primary key, call_id text not null, tenant text not null,
    state text not null check (state in ('recording', 'sealed', 'recovered', 'failed', 'deleted')),
    path text not null, started_at timestamptz not null, ended_at timestamptz, duration_ms bigint, bytes bigint,
    segments bigint, sha256 text, key_ref text not null, channels int not null)`,
  `create index recordings_by_tenant on recordings (tenant, id desc)`,
  `create index recordings_by_call on recordings (call_id)`,
  `create index recordings_unfinished on recordings (id) where state = 'recording'`,
  `create table outbox (
    id text primary key, tenant text not null, app text not null, call_id text, type text not null,
    body_sealed text not null, created_at timestamptz not null, attempt int not null, next_at timestamptz not null,
    state text not null check (state in ('pending', 'delivered', 'dead')), last_status int, last_error text)`,
  `create index outbox_due on outbox (next_at) where state = 'pending'`,
  `create index outbox_by_call on outbox (call_id)`,
  `create table deliveries (
    seq bigint generated always as identity primary key, event_id text not null, tenant text not null,
    attempt int not null, at timestamptz not null, url text not null, status int, error text, duration_ms bigint not null)`,
  `create index deliveries_by_event on deliveries (event_id, seq)`,
  `create table tokens (
    id text primary key, tenant text not null, name text not null, prefix text not null, hash text not null unique,
    scopes jsonb not null, created_at timestamptz not null, expires_at timestamptz, revoked_at timestamptz,
    last_used_at timestamptz)`,
  `create index tokens_by_prefix on tokens (prefix)`,
  `create table idempotency (
    token_id text not null, key text not null, tenant text not null, fingerprint text not null, status int,
    body_sealed text, created_at timestamptz not null, primary key (token_id, key))`,
  `create index idempotency_by_age on idempotency (created_at)`,
]
