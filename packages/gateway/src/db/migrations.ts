import { sql, type Kysely } from 'kysely'
import type { Migration, MigrationProvider } from 'kysely/migration'

/** Applied in the order of their names, each in a transaction, and never changed afterwards: a new need is a new one. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-start': {
    async up(db: Kysely<unknown>) {
      for (const statement of start) await sql.raw(statement).execute(db)
    },
  },
  '0002-dialing': {
    async up(db: Kysely<unknown>) {
      for (const statement of dialing) await sql.raw(statement).execute(db)
    },
  },
}

export const migrationProvider: MigrationProvider = {
  getMigrations: () => Promise.resolve({ ...migrations }),
}

const start = [
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
  `create table audit (
    seq bigint primary key, tenant text not null, call_id text, body text not null, hash text not null)`,
  `create index audit_by_call on audit (call_id, seq) where call_id is not null`,
  // The application only ever appends; this keeps a stray statement of ours from doing anything else.
  `create function refuse_change() returns trigger language plpgsql as
    $$ begin raise exception 'the audit log is append-only'; end $$`,
  `create trigger audit_is_append_only before update or delete or truncate on audit
    for each statement execute function refuse_change()`,
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

const dialing = [
  `create table dial_leases (
    id text primary key, app text not null, scopes jsonb not null, day text not null, started_at timestamptz not null,
    rate_micro bigint not null, ended boolean not null)`,
  `create index dial_leases_open on dial_leases (id) where not ended`,
  `create index dial_leases_by_age on dial_leases (started_at)`,
  `create table dial_usage (
    scope text not null, day text not null, used_ms bigint not null, spent_micro bigint not null, primary key (scope, day))`,
  `create table dial_hours (
    app text not null, hour bigint not null, attempts bigint not null, quiet bigint not null, primary key (app, hour))`,
  `create table dial_stops (app text primary key, since timestamptz not null)`,
]
