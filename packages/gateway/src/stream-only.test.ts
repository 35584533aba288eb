import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Audit, AuditEvent } from '#audit'
import type { CallRecord, Keep } from '#call'
import type { AppId, CallId, Config, RecordingId, TenantId } from '#kernel'
import { liveRows, streamOnlyAudit, streamOnlyKeep, streamOnlyTenants } from './stream-only.ts'

const tenants = [{ id: 'quiet', retention: { mode: 'stream-only' } }, { id: 'loud' }]
const isStreamOnly = streamOnlyTenants({ tenants } as unknown as Config)
const [quiet, loud] = ['quiet' as TenantId, 'loud' as TenantId]
const record = (tenant: TenantId): CallRecord => ({
  id: `call_of_${tenant}` as CallId,
  tenant,
  app: 'app' as AppId,
  trunk: 'trunk',
  direction: 'inbound',
  from: '+4930',
  to: '+4931',
  startedAtMs: 0,
})

function keeping() {
  const done: string[] = []
  const note =
    (what: string) =>
    async (...args: unknown[]): Promise<void> =>
      void done.push(`${what} ${JSON.stringify(args)}`)
  const keep = {
    begin: note('begin'),
    update: note('update'),
    story: note('story'),
    audit: note('audit'),
    beginRecording: note('recording'),
    endRecording: note('recorded'),
    end: note('end'),
    ladder: () => [],
  } as unknown as Keep
  const live = liveRows()
  return { done, live, keep: streamOnlyKeep(keep, isStreamOnly, live) }
}

async function liveThrough(keep: Keep, tenant: TenantId): Promise<void> {
  const { id } = record(tenant)
  await keep.begin(record(tenant))
  keep.story(id, tenant, 'ringing', {})
  await keep.update(tenant, id, { state: 'active', answeredAtMs: 1 })
  await keep.end({ id, tenant, reason: 'caller-hung-up', endedAtMs: 2, receipt: {} as never })
  await keep.update(tenant, id, { state: 'ended', endedAtMs: 2 })
}

test('streamOnlyKeep() keeps of such a tenant’s call its end in the audit log, and nothing else', async () => {
  const { keep, done } = keeping()
  await liveThrough(keep, quiet)
  assert.equal(done.length, 1)
  assert.match(done[0] ?? '', /^audit .*call\.ended.*caller-hung-up/)
  assert.throws(() => keep.beginRecording(record(quiet).id, quiet, 'rec_1' as RecordingId, 0), {
    code: 'STREAM_ONLY',
  })
})

test('streamOnlyKeep() keeps all of another tenant’s', async () => {
  const { keep, done } = keeping()
  await liveThrough(keep, loud)
  assert.deepEqual(
    done.map((line) => line.split(' ')[0]),
    ['begin', 'story', 'update', 'end', 'update'],
  )
})

test('streamOnlyKeep() knows such a call while it lives, for its own tenant', async () => {
  const { keep, live } = keeping()
  const { id } = record(quiet)
  await keep.begin(record(quiet))
  await keep.update(quiet, id, { state: 'active', answeredAtMs: 1 })
  assert.partialDeepStrictEqual(live.get(quiet, id), {
    from: '+4930',
    state: 'active',
    answered_at: new Date(1),
  })
  assert.equal(live.get(loud, id), undefined)
  await keep.update(quiet, id, { state: 'ended' })
  assert.equal(live.get(quiet, id), undefined)
})

test('streamOnlyAudit() lets only words from closed sets and figures into such a tenant’s entries', async () => {
  const events: AuditEvent[] = []
  const inner = { append: async (event: AuditEvent) => void events.push(event) } as unknown as Audit
  const audit = streamOnlyAudit(inner, isStreamOnly)
  const fields = {
    trunk: 't',
    source: '192.0.2.1',
    to: '+4930',
    tls: 'TLSv1.3',
    count: 3,
    made: 'up',
    is: true,
    no: null,
  }
  for (const tenant of [quiet, loud])
    await audit.append({ type: 'call.received', tenant, actor: 'gateway', fields })
  assert.deepEqual(events[0]?.fields, { trunk: 't', tls: 'TLSv1.3', count: 3, is: true, no: null })
  assert.deepEqual(events[1]?.fields, fields)
})
