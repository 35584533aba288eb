/**
 * Values under tokens, in a schema of their own: whoever judges what is near card numbers has these tables to look at, and a right on
 * schema public gives none here. Values are sealed under a data key each (`public.data_keys`, purpose `tokens`).
 */
export const tokens: readonly string[] = [
  `create schema token_vault`,
  `create table token_vault.tokens (
    id text primary key, tenant text not null, token text not null, kind text not null, fingerprint text not null,
    value_sealed text not null, masked text not null, brand text, purposes jsonb not null,
    standalone boolean not null, created_at timestamptz not null, expires_at timestamptz,
    unique (tenant, token), unique (tenant, kind, fingerprint))`,
  `create index tokens_expiring on token_vault.tokens (expires_at, id) where expires_at is not null`,
  // Whose call it was made or met in; a value may be the same in several.
  `create table token_vault.calls (
    call_id text not null, token_id text not null references token_vault.tokens (id) on delete cascade,
    tenant text not null, primary key (call_id, token_id))`,
  `create index calls_by_token on token_vault.calls (token_id)`,
  // What counts against the limits of the last hour, also after a restart and on every node.
  `create table token_vault.uses (
    seq bigint generated always as identity primary key, tenant text not null, token_id text not null,
    actor text not null, at timestamptz not null)`,
  `create index uses_by_tenant on token_vault.uses (tenant, at)`,
  `create index uses_by_age on token_vault.uses (at)`,
  `revoke all on schema token_vault from public`,
  `grant usage on schema token_vault to voxkeep_app, voxkeep_tenant`,
  // As migration 0008 has it, for both schemas.
  `create or replace function isolate_tenants() returns void language plpgsql set search_path = pg_catalog, public as $$
  declare
    found record;
    rights text;
  begin
    for found in
      select c.oid::regclass as name, c.relname like 'kysely_migration%' as frozen,
        exists (select from pg_attribute a
          where a.attrelid = c.oid and a.attname = 'tenant' and not a.attisdropped) as owned,
        exists (select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
          where t.tgrelid = c.oid and p.proname = 'refuse_change') as append_only
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'token_vault') and c.relkind in ('r', 'p')
    loop
      execute format('revoke all on %s from public, voxkeep_app, voxkeep_tenant', found.name);
      rights := case when found.frozen then 'select' when found.append_only then 'select, insert'
        else 'select, insert, update, delete' end;
      execute format('grant %s on %s to voxkeep_app', rights, found.name);
      if found.owned then
        execute format('grant %s on %s to voxkeep_tenant', rights, found.name);
        execute format('alter table %s enable row level security', found.name);
        execute format('alter table %s force row level security', found.name);
        execute format('drop policy if exists node_sees_all on %s', found.name);
        execute format('create policy node_sees_all on %s to voxkeep_app using (true) with check (true)', found.name);
        execute format('drop policy if exists tenant_sees_own on %s', found.name);
        execute format('create policy tenant_sees_own on %s to voxkeep_tenant
          using (tenant = current_setting(''voxkeep.tenant'', true))
          with check (tenant = current_setting(''voxkeep.tenant'', true))', found.name);
      end if;
      if current_setting('server_version_num')::int >= 170000 then
        execute format('grant maintain on %s to voxkeep_app', found.name);
      end if;
    end loop;
    grant usage, update on all sequences in schema public, token_vault to voxkeep_app;
    grant usage on all sequences in schema public, token_vault to voxkeep_tenant;
  end $$`,
  `revoke all on function isolate_tenants() from public`,
  `select isolate_tenants()`,
]
