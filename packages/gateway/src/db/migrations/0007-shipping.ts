export const shipping: readonly string[] = [
  // How far a reader of the audit log has come: collectors of security events, and the alert rules.
  `create table log_cursors (
    reader text not null, log text not null, next_index bigint not null, moved_at timestamptz not null,
    primary key (reader, log))`,
  // Of several nodes one works for a reader at a time.
  `create table log_readers (reader text primary key, holder text not null, until timestamptz not null)`,
  `create table alerts (
    id text primary key, tenant text not null, rule text not null, group_key text not null, severity text not null,
    state text not null check (state in ('open', 'acknowledged')), events bigint not null,
    first_at timestamptz not null, last_at timestamptz not null, told_at timestamptz,
    detail jsonb not null, acknowledged_at timestamptz, acknowledged_by text)`,
  `create index alerts_by_tenant on alerts (tenant, id desc)`,
  `create index alerts_by_group on alerts (tenant, rule, group_key, id desc)`,
  `create table alert_counts (
    rule text not null, tenant text not null, group_key text not null, slot bigint not null, events bigint not null,
    primary key (rule, tenant, group_key, slot))`,
  `create index alert_counts_by_age on alert_counts (slot)`,
  `create table alert_notices (
    alert text not null references alerts (id) on delete cascade, tenant text not null, receiver text not null,
    attempt int not null, next_at timestamptz not null, last_error text, primary key (alert, receiver))`,
  `create index alert_notices_due on alert_notices (next_at)`,
  // A call's signed receipt, as it was issued; it goes with the call.
  `create table call_receipts (
    call_id text primary key references calls (id) on delete cascade, tenant text not null,
    issued_at timestamptz not null, document_sealed text not null)`,
]
