/** What was done to stretches of recordings, and recordings that took the place of others. */
export const marks: readonly string[] = [
  `create table recording_marks (
    recording text not null references recordings (id) on delete cascade, number int not null, tenant text not null,
    channel smallint not null check (channel in (0, 1)), from_ms int not null, to_ms int not null check (to_ms >= from_ms),
    kind text not null check (kind in ('redacted', 'unjudged', 'paused', 'secure')), why text not null, at timestamptz not null,
    primary key (recording, number))`,
  // A redaction after the fact makes a new recording, and the old one goes.
  `alter table recordings add column replaces text, add column replaced_by text`,
  `create unique index recordings_by_replaced on recordings (replaces) where replaces is not null`,
  // Redactions that were asked for and are not done: those of a node that died are taken up when it starts again.
  `create table redactions (
    id text primary key, recording text not null references recordings (id) on delete cascade, tenant text not null,
    node text not null, actor text not null, mask text not null check (mask in ('silence', 'tone')), spans jsonb not null,
    target text, refused text, created_at timestamptz not null)`,
  `create index redactions_by_node on redactions (node, id)`,
  // Whoever deletes a recording, and however: its marks go with it.
  `create function forget_marks() returns trigger language plpgsql set search_path = pg_catalog, public as $$
  begin
    delete from public.recording_marks where recording = new.id;
    return null;
  end $$`,
  `create trigger recordings_forget_marks after update of state on recordings for each row
    when (new.state = 'deleted' and old.state <> 'deleted') execute function forget_marks()`,
  `select isolate_tenants()`,
]
