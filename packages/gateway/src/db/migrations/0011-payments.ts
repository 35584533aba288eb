/** Payments that were asked for. Of a card there are its scheme and its last four digits; never more. */
export const payments: readonly string[] = [
  `create table payments (
    id text primary key, tenant text not null, call_id text, provider text not null, idempotency_key text not null,
    fingerprint text not null, method text not null check (method in ('card', 'bank')), amount_minor bigint,
    currency text, reference_sealed text, brand text, last_four text check (last_four ~ '^[0-9]{4}$'),
    state text not null check (state in ('asked', 'succeeded', 'declined', 'needs-screen', 'unknown', 'failed')),
    reason text, provider_code text, payment_id text, provider_token_sealed text, node text not null,
    attempts int not null, asked_at timestamptz not null, settled_at timestamptz, next_at timestamptz,
    unique (tenant, idempotency_key), check ((amount_minor is null) = (currency is null)))`,
  `create index payments_by_tenant on payments (tenant, id desc)`,
  `create index payments_by_call on payments (call_id) where call_id is not null`,
  `create index payments_open on payments (next_at, id) where next_at is not null`,
  `create index payments_by_age on payments (asked_at)`,
  `select isolate_tenants()`,
]
