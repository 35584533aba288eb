/** The audit log: one Merkle tree a tenant. Only the heads are ever changed; everything else is append-only. */
export const audit: readonly string[] = [
  // How far each log got. A writer moves the head and adds its leaves in one statement, under this row's lock.
  `create table audit_logs (
    tenant text primary key, origin text not null unique, size bigint not null, root text not null)`,
  `create table audit_leaves (
    tenant text not null, idx bigint not null, call_id text, at timestamptz not null, type text not null,
    actor text not null, leaf text not null, hash bytea not null, primary key (tenant, idx))`,
  `create index audit_leaves_by_call on audit_leaves (tenant, call_id, idx) where call_id is not null`,
  `create index audit_leaves_by_type on audit_leaves (tenant, type, idx)`,
  `create index audit_leaves_by_actor on audit_leaves (tenant, actor, idx)`,
  `create index audit_leaves_by_time on audit_leaves using brin (at)`,
  // Full tiles only: what the last ones hold follows from the leaves, and from the roots of the level below.
  `create table audit_tiles (
    tenant text not null, level int not null, idx bigint not null, hashes bytea not null, root bytea not null,
    primary key (tenant, level, idx))`,
  `create table audit_checkpoints (
    tenant text not null, size bigint not null, at timestamptz not null, note text not null, primary key (tenant, size))`,
  `create table audit_cosignatures (
    tenant text not null, size bigint not null, witness text not null, at timestamptz not null, lines text not null,
    primary key (tenant, size, witness))`,
  `create function refuse_change() returns trigger language plpgsql as
    $$ begin raise exception 'the audit log is append-only'; end $$`,
  ...['audit_leaves', 'audit_tiles', 'audit_checkpoints', 'audit_cosignatures'].map(
    (table) => `create trigger ${table}_only_grows before update or delete or truncate on ${table}
      for each statement execute function refuse_change()`,
  ),
  // Keys that sign checkpoints. The seeds are sealed; the public halves stay for ever, with the time in which they signed.
  `create table audit_signers (
    id text primary key, purpose text not null check (purpose in ('log', 'witness')), seeds_sealed text not null,
    ed25519 text not null, ml_dsa_44 text not null, from_at timestamptz not null, until_at timestamptz)`,
  // What this node, as a witness, cosigned last of each log.
  `create table audit_witnessed (origin text primary key, size bigint not null, root text not null, note text not null, at timestamptz not null)`,
]
