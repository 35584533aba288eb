const columns = `id text primary key, call_id text not null, tenant text not null, node text not null,
    content text not null check (content in ('redacted', 'original')),
    state text not null check (state in ('writing', 'sealed', 'recovered', 'failed', 'deleted')),
    started_at timestamptz not null, ended_at timestamptz, bytes bigint, segments bigint, lines bigint, sha256 text,
    key_ref text not null, policy text not null, engine text not null, language text not null`

/** What is listed of transcripts; the words themselves are sealed objects. Originals have keys of their own. */
export const transcripts: readonly string[] = [
  `create table transcripts (${columns})`,
  `create index transcripts_by_call on transcripts (call_id)`,
  `create index transcripts_unfinished on transcripts (id) where state = 'writing'`,
  `alter table tenant_keys drop constraint tenant_keys_purpose_check, add constraint tenant_keys_purpose_check check (purpose in
    ('records', 'audio', 'transcript', 'original', 'analytics', 'tokens', 'backup', 'system'))`,
  `select isolate_tenants()`,
]
