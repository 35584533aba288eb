/**
 * Who may see and do what. Three roles: the owner of the tables, who alone changes them; `voxkeep_app`, as whom the gateway works
 * across tenants; `voxkeep_tenant`, as whom it reads and writes for one tenant, named by the setting `voxkeep.tenant`.
 *
 * A later migration that makes a table ends with `select isolate_tenants()`.
 */
export const isolation: readonly string[] = [
  // Where several nodes share a database, work that is not finished belongs to one of them.
  `create table nodes (name text primary key, since timestamptz not null, seen_at timestamptz not null)`,
  `alter table calls add column node text not null`,
  `alter table outbox add column node text not null`,
  `alter table dial_leases add column node text not null`,
  // Whoever may make roles makes them; on a server they are made beforehand, by docs/database.md.
  `do $$ begin
    if not exists (select from pg_roles where rolname = 'voxkeep_app') then create role voxkeep_app nologin; end if;
    if not exists (select from pg_roles where rolname = 'voxkeep_tenant') then create role voxkeep_tenant nologin; end if;
    if not pg_has_role('voxkeep_app', 'voxkeep_tenant', 'member') then grant voxkeep_tenant to voxkeep_app; end if;
  end $$`,
  `revoke all on schema public from public`,
  `grant usage on schema public to voxkeep_app, voxkeep_tenant`,
  // Every table with a tenant: forced, so that the owner is held by it too. What the audit log's trigger protects, nobody is given
  // the right to change either. A table without a tenant is the node's alone.
  `create function isolate_tenants() returns void language plpgsql set search_path = pg_catalog, public as $$
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
      from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
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
      -- Only PostgreSQL 17 and later can let somebody else vacuum; an older server does it by itself.
      if current_setting('server_version_num')::int >= 170000 then
        execute format('grant maintain on %s to voxkeep_app', found.name);
      end if;
    end loop;
    grant usage, update on all sequences in schema public to voxkeep_app;
    grant usage on all sequences in schema public to voxkeep_tenant;
    -- A restored database goes on after the highest number that was put back.
    grant update on all sequences in schema public to voxkeep_app;
  end $$`,
  `revoke all on function isolate_tenants() from public`,
  `select isolate_tenants()`,
  // Whoever slips SQL into a statement must not become another tenant within it. On a server its administrator does this.
  `do $$ begin
    if (select rolsuper from pg_roles where rolname = current_user) then
      revoke execute on function pg_catalog.set_config(text, text, boolean) from public;
    end if;
  end $$`,
  // The job queue makes tables of its own, here and nowhere else.
  `create schema if not exists pgboss authorization voxkeep_app`,
]
