/** Wrapped keys are base64. Nothing here opens anything without the key provider. */
export const keys: readonly string[] = [
  `create table tenant_keys (
    id text primary key, tenant text not null,
    purpose text not null check (purpose in
      ('records', 'audio', 'transcript', 'analytics', 'tokens', 'backup', 'system')),
    version int not null check (version > 0), provider text not null, key text not null, key_ref text not null,
    wrapped text not null, state text not null check (state in ('active', 'retired', 'destroyed')),
    created_at timestamptz not null, active_from timestamptz not null, rotated_at timestamptz,
    destroyed_at timestamptz, wrapped_sha256 text, unique (tenant, purpose, version),
    check ((state = 'destroyed') = (wrapped = '' and wrapped_sha256 is not null)))`,
  `create unique index tenant_keys_active on tenant_keys (tenant, purpose) where state = 'active'`,
  `create table data_keys (
    object text primary key, tenant text not null, purpose text not null,
    tenant_key text not null references tenant_keys (id), wrapped text not null, created_at timestamptz not null)`,
  `create index data_keys_by_tenant on data_keys (tenant, object)`,
  `create index data_keys_by_key on data_keys (tenant_key, object)`,
  `create table shredded_keys (
    object text primary key, tenant text not null, purpose text not null, wrapped_sha256 text not null,
    at timestamptz not null)`,
  `create index shredded_keys_by_tenant on shredded_keys (tenant, object)`,
]
