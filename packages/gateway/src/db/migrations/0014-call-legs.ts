/** Whom a call dialled, each under the id that callbacks name: deleted with the numbers of its call. */
export const callLegs: readonly string[] = [
  `create table call_legs (
    id text primary key, call_id text not null, tenant text not null, from_sealed text not null, to_sealed text not null,
    state text not null check (state in ('ringing', 'active', 'ended')), outcome text, sip_status int,
    started_at timestamptz not null, answered_at timestamptz, ended_at timestamptz)`,
  `create index call_legs_by_call on call_legs (call_id, id)`,
  `create index call_legs_by_tenant on call_legs (tenant, id desc)`,
  `select isolate_tenants()`,
]
