import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { silentLog, type LogFields } from '#kernel'
import { startFakeApi, type FakeApi } from './fake-deps.ts'

const visa = '4242424242424242'
const made = { kind: 'card', value: visa, purposes: ['refund'] }

describe('the token vault over the API', () => {
  let api: FakeApi
  let token: string
  const logged: string[] = []

  before(async () => {
    api = await startFakeApi()
    token = await api.token(['vault:read', 'vault:write', 'vault:reveal'])
    const note = (message: string, fields?: LogFields) => void logged.push(message + JSON.stringify(fields))
    Object.assign(api.deps, { log: { ...silentLog, debug: note, info: note, warn: note, error: note } })
  })
  after(() => api[Symbol.asyncDispose]())

  const keep = async () =>
    String((await api.send('POST', '/v1/vault/tokens', { token, body: made })).json['token'])

  test('POST /v1/vault/tokens keeps a value and shows nothing of it but its last four', async () => {
    const { status, json, bytes } = await api.send('POST', '/v1/vault/tokens', { token, body: made })
    assert.equal(status, 201)
    assert.partialDeepStrictEqual(json, {
      kind: 'card',
      masked: '**** 4242',
      brand: 'visa',
      purposes: ['refund'],
    })
    assert.ok(!bytes.includes(visa))
  })

  test('POST /v1/vault/tokens/{token}/reveal gives the value for its purpose, and for no other', async () => {
    const name = await keep()
    const reveal = (body: object) => api.send('POST', `/v1/vault/tokens/${name}/reveal`, { token, body })
    assert.deepEqual((await reveal({ purpose: 'refund', reason: 'case 7' })).json, { value: visa })
    assert.equal((await reveal({ purpose: 'marketing', reason: 'case 7' })).json.code, 40_310)
    assert.equal((await reveal({ purpose: 'refund' })).status, 400)
  })

  test('each route needs its own scope', async () => {
    const name = await keep()
    const path = `/v1/vault/tokens/${name}`
    const [reader, writer] = [await api.token(['vault:read']), await api.token(['vault:write'])]
    const body = { purpose: 'refund', reason: 'r' }
    for (const other of [reader, writer])
      assert.equal((await api.send('POST', `${path}/reveal`, { token: other, body })).status, 403)
    assert.equal((await api.send('GET', path, { token: writer })).status, 403)
    assert.equal((await api.send('POST', '/v1/vault/tokens', { token: reader, body: made })).status, 403)
    assert.equal((await api.send('DELETE', path, { token: reader })).status, 403)
  })

  test('POST /v1/vault/tokens/find finds a value’s token, and says no more of one that has none', async () => {
    const name = await keep()
    const find = (value: string) =>
      api.send('POST', '/v1/vault/tokens/find', { token, body: { kind: 'card', value } })
    assert.equal((await find(visa)).json['token'], name)
    assert.equal((await find('5555555555554444')).status, 404)
  })

  test('DELETE /v1/vault/tokens/{token} deletes it; of another tenant’s there is nothing', async () => {
    const name = await keep()
    const path = `/v1/vault/tokens/${name}`
    const stranger = await api.token(['vault:read', 'vault:write'], { tenant: 'other' })
    assert.equal((await api.send('GET', path, { token: stranger })).status, 404)
    assert.equal((await api.send('DELETE', path, { token: stranger })).status, 404)
    assert.equal((await api.send('DELETE', path, { token })).status, 204)
    assert.equal((await api.send('GET', path, { token })).status, 404)
  })

  test('a kind for security codes or PINs there is none', async () => {
    for (const kind of ['cvv', 'cvc', 'pin', 'security-code']) {
      const { status } = await api.send('POST', '/v1/vault/tokens', {
        token,
        body: { ...made, kind, value: '123' },
      })
      assert.equal(status, 400)
    }
  })

  test('what the vault refuses comes as its problem', async () => {
    const problems = {
      TOKEN_INVALID: 42_210,
      TOKEN_REFUSED: 40_310,
      TOKEN_RATE: 42_910,
      TOKEN_UNKNOWN: 40_400,
      TOKEN_HELD: 40_920,
      TOKEN_UNAVAILABLE: 50_320,
    } as const
    for (const [failing, code] of Object.entries(problems)) {
      api.world.vault.failing = failing as keyof typeof problems
      const { json } = await api.send('POST', '/v1/vault/tokens', { token, body: made })
      assert.equal(json.code, code, failing)
    }
    api.world.vault.failing = undefined
  })

  test('no value is in an answer that is kept for a repetition, in a problem, or in a log line', async () => {
    const headers = { 'idempotency-key': 'k1' }
    const name = await keep()
    await api.send('POST', '/v1/vault/tokens', { token, body: made, headers })
    await api.send('POST', `/v1/vault/tokens/${name}/reveal`, {
      token,
      headers,
      body: { purpose: 'refund', reason: 'r' },
    })
    assert.equal(api.world.idempotency.size, 0)
    const wrong = [
      { ...made, kind: 'ssn' },
      { ...made, extra: visa },
      { ...made, purposes: [visa.repeat(9)] },
      `{"value":"${visa}"`,
    ]
    api.world.vault.failing = 'TOKEN_UNAVAILABLE'
    for (const body of [made, ...wrong]) {
      const text = typeof body === 'string'
      const sent = await api.send('POST', '/v1/vault/tokens', {
        token,
        body,
        ...(text && { headers: { 'content-type': 'application/json' } }),
      })
      assert.ok(sent.status >= 400 && !sent.bytes.includes(visa), sent.bytes.toString())
    }
    api.world.vault.failing = undefined
    assert.ok(logged.length > 3)
    assert.ok(!logged.join().includes(visa))
  })
})

describe('payments over the API', () => {
  let api: FakeApi
  let token: string
  before(async () => {
    api = await startFakeApi()
    token = await api.token(['payments:read'])
  })
  after(() => api[Symbol.asyncDispose]())

  test('GET /v1/payments lists the tenant’s, by state and call, and shows nothing that is ours alone', async () => {
    const [one, two] = [
      api.world.payments.add(),
      api.world.payments.add({ state: 'declined', reason: 'expired-card' }),
    ]
    api.world.payments.add({ tenant: 'other' as never })
    const ids = async (query: string) =>
      (await api.send('GET', `/v1/payments${query}`, { token })).json.data.map(({ id }) => id)
    assert.deepEqual(await ids(''), [two.id, one.id])
    assert.deepEqual(await ids('?state=declined'), [two.id])
    assert.deepEqual(await ids(`?call_id=${one.call_id}`), [one.id])
    const { json, bytes } = await api.send('GET', `/v1/payments/${one.id}`, { token })
    assert.partialDeepStrictEqual(json, {
      id: one.id,
      amount_minor: 1_250,
      last_four: '4242',
      state: 'succeeded',
    })
    assert.ok(!bytes.includes('Marker-Fingerprint') && !bytes.includes('key 0'))
  })

  test('GET /v1/payments/{id} knows no other tenant’s, and needs its scope', async () => {
    const theirs = api.world.payments.add({ tenant: 'other' as never })
    assert.equal((await api.send('GET', `/v1/payments/${theirs.id}`, { token })).status, 404)
    const other = await api.token(['calls:read'])
    assert.equal((await api.send('GET', '/v1/payments', { token: other })).status, 403)
  })
})
