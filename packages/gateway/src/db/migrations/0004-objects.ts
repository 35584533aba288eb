export const objects: readonly string[] = [
  `create table objects (
    id text primary key, tenant text not null, kind text not null, call_id text, node text not null,
    store text, key text, bytes bigint not null, sha256 text not null, version_id text,
    lock_mode text check (lock_mode in ('governance', 'compliance')), lock_until timestamptz, hold boolean not null default false,
    state text not null check (state in ('spooled', 'stored', 'deleting', 'deleted', 'missing', 'corrupt')),
    reason text, created_at timestamptz not null, stored_at timestamptz, deleted_at timestamptz, checked_at timestamptz)`,
  `create index objects_by_tenant on objects (tenant, id desc)`,
  `create index objects_by_call on objects (call_id)`,
  `create index objects_under_way on objects (node, id) where state in ('spooled', 'deleting')`,
  `create index objects_by_check on objects (checked_at nulls first, id) where state in ('stored', 'missing', 'corrupt')`,
  // A recording's file is found by its id: in the spool of its node while it runs and waits, then where its object is listed.
  `alter table recordings drop column path`,
  `alter table recordings add column node text not null`,
  `create table backups (
    id text primary key, store text not null, state text not null check (state in ('running', 'complete', 'failed', 'deleted')),
    node text not null, reason text, started_at timestamptz not null, ended_at timestamptz, rows bigint not null, tables int not null,
    objects bigint not null, copied bigint not null, bytes bigint not null, manifest_sha256 text)`,
  `create unique index backups_running on backups ((true)) where state = 'running'`,
]
