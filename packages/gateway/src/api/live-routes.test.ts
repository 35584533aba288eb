import assert from 'node:assert/strict'
import { request } from 'node:https'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { createId, type TenantId } from '#kernel'
import type { ApiLiveCall, ApiLiveDetail } from './deps-live.ts'
import { startFakeApi, type FakeApi } from './fake-deps.ts'

const acme = 'acme' as TenantId
const startedAtMs = Date.UTC(2026, 0, 1)

function aCall(n: number): ApiLiveCall {
  const id = createId('call', startedAtMs, { bytes: (count) => new Uint8Array(count).fill(n) })
  const about = { app: 'agent', trunk: 'trunk', direction: 'inbound', from: '+1', to: '+2' } as const
  return { id, ...about, state: 'active', startedAtMs }
}

function detailOf(call: ApiLiveCall): ApiLiveDetail {
  const story = [{ call: call.id, atMs: startedAtMs, kind: 'answered', fields: { codec: 'PCMU' } }]
  return { call, story, receipt: { sip: null } as never, ladder: [], media: { packetsIn: 1 } }
}

/** Watches; `line` waits for the next that is not empty. */
async function watch(api: FakeApi, token: string) {
  const { promise, resolve, reject } = Promise.withResolvers<AsyncIterator<string>>()
  const options = { host: '127.0.0.1', servername: 'localhost', port: api.port, ca: api.ca, agent: false }
  const headers = { authorization: `Bearer ${token}` }
  const asked = request({ ...options, path: '/v1/live', headers }, (answer) => {
    if (answer.statusCode === 200) resolve(createInterface(answer)[Symbol.asyncIterator]())
    else reject(new Error(`status ${answer.statusCode}`))
  })
  asked.on('error', reject)
  asked.end()
  const lines = await promise
  const line = async (): Promise<Record<string, unknown>> => {
    for (;;) {
      const { value } = await lines.next()
      if (value !== '') return JSON.parse(value as string) as Record<string, unknown>
    }
  }
  /** Whether it ends by itself, with nothing more in it. */
  const over = async (): Promise<boolean> => {
    for (;;) {
      const { value, done } = await lines.next()
      if (done === true) return true
      if (value !== '') return false
    }
  }
  return { line, over, end: () => void asked.destroy() }
}

describe('calls that go on, over the API', () => {
  test('GET /v1/live tells those that are there, then what happens, to their tenant only', async () => {
    await using api = await startFakeApi()
    const [mine, other] = [aCall(1), aCall(2)]
    api.world.live.running.set(mine.id, { tenant: acme, detail: detailOf(mine) })
    api.world.live.running.set(other.id, { tenant: 'rival' as TenantId, detail: detailOf(other) })
    const watching = await watch(api, await api.token(['calls:read']))
    const first = (await watching.line()) as { kind: string; calls: { id: string }[] }
    assert.deepEqual([first.kind, first.calls.map(({ id }) => id)], ['calls', [mine.id]])
    const streams = [{ id: 's', framesIn: 3, framesOut: 2, framesDropped: 1 }]
    api.world.live.tell('rival' as TenantId, { kind: 'call', call: other })
    api.world.live.tell(acme, { kind: 'level', call: mine.id, inDb: -20, outDb: -78, streams })
    assert.deepEqual(await watching.line(), {
      kind: 'level',
      call_id: mine.id,
      in_db: -20,
      out_db: -78,
      streams: [{ id: 's', frames_in: 3, frames_out: 2, frames_dropped: 1 }],
    })
    api.world.live.tell(acme, { kind: 'call', call: { ...mine, state: 'ended', endReason: 'app-hung-up' } })
    const ended = (await watching.line()) as { call: { state: string; end_reason: string } }
    assert.deepEqual([ended.call.state, ended.call.end_reason], ['ended', 'app-hung-up'])
    watching.end()
  })

  test('GET /v1/live is in the audit log before the first line, and not to be had without it', async () => {
    await using api = await startFakeApi()
    const watching = await watch(api, await api.token(['calls:read']))
    await watching.line()
    assert.deepEqual(
      api.world.audited.map(({ type }) => type),
      ['live.watch'],
    )
    watching.end()
    const refused = await api.send('GET', '/v1/live', { token: await api.token(['recordings:read']) })
    assert.equal(refused.status, 403)
  })

  test('GET /v1/live takes no more than 32 who watch, 8 of one tenant, and lets go of those who leave', async () => {
    await using api = await startFakeApi()
    const token = await api.token(['calls:read'])
    const others = await Promise.all(
      ['b', 'c', 'd', 'e'].map((tenant) => api.token(['calls:read'], { tenant: `tenant-${tenant}` })),
    )
    const eight = (text: string) => Promise.all(Array.from({ length: 8 }, () => watch(api, text)))
    const all = await eight(token)
    const refusal = async (by: string) => {
      const { status, headers, json } = await api.send('GET', '/v1/live', { token: by })
      const { code, why, detail } = json
      assert.match(String(detail), /^As many watch as may: at most 8 of a tenant, 32 of a node/)
      return [status, code, why, headers['retry-after']]
    }
    assert.deepEqual(await refusal(token), [429, 42_902, 'tenant', '30'])
    for (const other of others.slice(0, 3)) all.push(...(await eight(other)))
    assert.deepEqual(await refusal(others[3] ?? ''), [429, 42_902, 'node', '30'])
    for (const { end } of all) end()
    while (api.world.live.watchers > 0) await new Promise((resolve) => setImmediate(resolve))
    const again = await watch(api, token)
    again.end()
  })

  test('GET /v1/live takes no more of those who come at once, and keeps no place for one that the audit log refused', async () => {
    await using api = await startFakeApi()
    const token = await api.token(['calls:read'])
    const held = Promise.withResolvers<void>()
    const { audit } = api.deps
    let reached = 0
    const twelve = Promise.withResolvers<void>()
    const oneMore = () => {
      if ((reached += 1) === 12) twelve.resolve()
    }
    Object.assign(api.deps, { audit: () => (oneMore(), held.promise) })
    const all = Array.from({ length: 12 }, () => api.send('GET', '/v1/live', { token }))
    const refused = all.map((each) => each.then(({ status }) => status))
    for (const each of refused) void each.then(oneMore)
    await twelve.promise
    held.reject(new Error('audit is down'))
    const statuses = await Promise.all(refused)
    assert.deepEqual(
      [429, 503].map((status) => statuses.filter((each) => each === status).length),
      [4, 8],
    )
    Object.assign(api.deps, { audit })
    const again = await watch(api, token)
    again.end()
  })

  test('GET /v1/live ends soon after its token was revoked', async () => {
    await using api = await startFakeApi()
    const watching = await watch(api, await api.token(['calls:read']))
    await watching.line()
    const [row] = await api.deps.tokens.listTokens(acme, { limit: 1 })
    assert.ok(row)
    await api.deps.tokens.revokeToken(acme, row.id)
    api.clock.advance(15_000)
    assert.equal(await watching.over(), true)
  })

  test('GET /v1/calls/{id}/live shows a call of the tenant, and none that is another’s or over', async () => {
    await using api = await startFakeApi()
    const [mine, other] = [aCall(1), aCall(2)]
    api.world.live.running.set(mine.id, { tenant: acme, detail: detailOf(mine) })
    api.world.live.running.set(other.id, { tenant: 'rival' as TenantId, detail: detailOf(other) })
    const token = await api.token(['calls:read'])
    const shown = await api.send('GET', `/v1/calls/${mine.id}/live`, { token })
    assert.deepEqual(shown.json['story'], [
      { at: '2026-01-01T00:00:00.000Z', kind: 'answered', fields: { codec: 'PCMU' } },
    ])
    for (const id of [other.id, aCall(3).id])
      assert.equal((await api.send('GET', `/v1/calls/${id}/live`, { token })).status, 404)
  })
})

describe('the live page', () => {
  test('is served without a token, holds nothing, and may speak to nobody else', async () => {
    await using api = await startFakeApi()
    const page = await api.send('GET', '/console/')
    assert.equal(page.status, 200)
    assert.match(page.headers['content-type'] ?? '', /^text\/html/)
    const policy = page.headers['content-security-policy'] ?? ''
    assert.match(String(policy), /default-src 'none'/)
    assert.doesNotMatch(String(policy), /unsafe|\*|https:/)
    const script = await api.send('GET', '/console/main.ts')
    assert.match(script.headers['content-type'] ?? '', /^text\/javascript/)
    assert.doesNotMatch(script.bytes.toString(), /: string\b|interface |innerHTML/)
    assert.equal((await api.send('GET', '/console')).status, 302)
  })

  test('gives nothing but its own files', async () => {
    await using api = await startFakeApi()
    for (const name of ['../src/index.ts', '%2e%2e/src/index.ts', 'state.test.ts', 'nothing', '__proto__'])
      assert.equal((await api.send('GET', `/console/${name}`)).status, 404, name)
  })
})
