import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { startFakeApi, type FakeApi } from './fake-deps.ts'

describe('consents', () => {
  let api: FakeApi
  let token: string
  const number = '+493012345678'
  before(async () => {
    api = await startFakeApi()
    token = await api.token()
  })
  beforeEach(() => {
    api.world.audited.length = 0
    api.world.failing = {}
  })
  after(() => api[Symbol.asyncDispose]())

  test('GET /v1/consents lists what parties said, by call, and nobody else’s', async () => {
    const row = api.world.consents.add()
    const other = api.world.consents.add({ state: 'refused' })
    api.world.consents.add({ tenant: 'other' as never })
    const ids = async (query = '') =>
      (await api.send('GET', `/v1/consents${query}`, { token })).json.data.map(({ id }) => id)
    assert.deepEqual(await ids(), [other.id, row.id])
    assert.deepEqual(await ids(`?call_id=${row.call_id}`), [row.id])
    const { json } = await api.send('GET', `/v1/consents?call_id=${row.call_id}`, { token })
    assert.equal(JSON.stringify(json).includes(number), false, 'no number comes out')
  })

  test('POST /v1/consents/choices takes a choice down, after it is in the audit log, which hides whose it is', async () => {
    const body = { number, choice: 'opt-out' }
    assert.equal((await api.send('POST', '/v1/consents/choices', { token, body })).status, 204)
    const fields = { state: 'opt-out', to: number } // the log makes a pseudonym of it
    assert.partialDeepStrictEqual(api.world.audited.at(-1), { type: 'consent.choice', fields })
    const found = await api.send('POST', '/v1/consents/find', { token, body: { number } })
    assert.partialDeepStrictEqual(found.json, { choice: { choice: 'opt-out' } })
    const stranger = await api.token(undefined, { tenant: 'stranger' })
    const theirs = await api.send('POST', '/v1/consents/find', { token: stranger, body: { number } })
    assert.deepEqual(theirs.json, { choice: null, data: [] })
    await api.send('POST', '/v1/consents/choices', { token, body: { number, choice: 'none' } })
    const gone = await api.send('POST', '/v1/consents/find', { token, body: { number } })
    assert.partialDeepStrictEqual(gone.json, { choice: null })
  })

  test('POST /v1/consents/choices changes nothing without an audit entry, or without the scope', async () => {
    const body = { number: '+4930999', choice: 'opt-in' }
    const reader = await api.token(['consent:read'])
    assert.equal((await api.send('POST', '/v1/consents/choices', { token: reader, body })).status, 403)
    api.world.failing = { audit: true }
    assert.equal((await api.send('POST', '/v1/consents/choices', { token, body })).json.code, 50_300)
    const found = await api.send('POST', '/v1/consents/find', { token, body: { number: body.number } })
    assert.partialDeepStrictEqual(found.json, { choice: null })
  })

  test('GET /v1/consents/rules lists the rules in force', async () => {
    const { json } = await api.send('GET', '/v1/consents/rules', { token })
    assert.deepEqual(json['data'], [{ jurisdiction: 'DE', level: 'opt-in', source: 'StGB §201' }])
  })
})
