export const dialing: readonly string[] = [
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
