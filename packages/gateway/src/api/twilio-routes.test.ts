import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { accountSid, sid, type TenantId } from '#kernel'
import { addCall, addRecording, startFakeApi } from './fake-deps.ts'
import { twilioClient } from './fake-twilio-client.ts'

const api = await startFakeApi()
const token = await api.token()
const path = `/2010-04-01/Accounts/${accountSid('acme')}/Calls.json`
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
})

describe('Twilio’s REST API', () => {
  after(() => api[Symbol.asyncDispose]())

  test('I12: whoever has no token of the account gets 401 and 20003', async () => {
    const strangers = [
      twilioClient(api, 'not-a-token'),
      twilioClient(api, `vk_live_${'0'.repeat(36)}`),
      twilioClient(api, await api.token(undefined, { tenant: 'rival' })),
      twilioClient(api, token, { user: `SK${'0'.repeat(32)}` }),
    ]
    for (const client of strangers)
      await assert.rejects(client.calls.list(), {
        status: 401,
        code: 20_003,
        moreInfo: 'https://www.twilio.com/docs/errors/20003',
      })
    const answer = await api.send('GET', path)
    assert.deepEqual([answer.status, answer.json.code], [401, 20_003])
    assert.match(String(answer.headers['www-authenticate']), /^Basic /)
    assert.equal((await api.send('GET', path, { token })).status, 401, 'a bearer token opens /v1 alone')
    const own = basic(accountSid('acme'), token)
    assert.equal((await api.send('GET', '/v1/calls', { headers: own })).status, 401)
  })

  test('I12: a token that has expired or was revoked opens nothing', async () => {
    const brief = await api.token(undefined, { expiresInMs: 1_000 })
    const client = twilioClient(api, brief)
    await client.calls.list()
    api.clock.advance(1_001)
    await assert.rejects(client.calls.list(), { status: 401, code: 20_003 })
  })

  test('I13: a token signs in by its own sid as an API key', async () => {
    const rows = await api.deps.tokens.listTokens('acme' as TenantId, { limit: 100 })
    const row = rows.find(({ prefix }) => token.startsWith(prefix))
    assert.ok(row)
    addCall(api.world)
    const client = twilioClient(api, token, { user: sid('SK', row.id) })
    assert.equal((await client.calls.list()).length, 1)
  })

  test('a token without the scope is refused with 20403', async () => {
    const weak = twilioClient(api, await api.token(['recordings:read']))
    await assert.rejects(weak.calls.list(), { status: 403, code: 20_403 })
    assert.deepEqual(await weak.recordings.list(), [])
  })

  test('I22: another account, and what is another’s, is not there', async () => {
    const foreign = addCall(api.world, { tenant: 'rival' as TenantId })
    const recording = addRecording(api.world, { tenant: 'rival' as TenantId })
    const client = twilioClient(api, token)
    const gone = { status: 404, code: 20_404 }
    await assert.rejects(client.api.v2010.accounts(accountSid('rival')).calls.list(), gone)
    await assert.rejects(client.calls(sid('CA', foreign.id)).fetch(), gone)
    await assert.rejects(client.calls(sid('CA', foreign.id)).update({ status: 'completed' }), gone)
    await assert.rejects(client.recordings(sid('RE', recording.id)).fetch(), gone)
    await assert.rejects(client.recordings(sid('RE', recording.id)).remove(), gone)
  })

  test('I11: what there is not answers in Twilio’s form, and to nobody without a token', async () => {
    const own = basic(accountSid('acme'), token)
    const known = await api.send('GET', path.replace('Calls', 'Messages'), { headers: own })
    assert.deepEqual(known.json, {
      code: 20_404,
      message: 'Not Found: There is no such thing.',
      more_info: 'https://www.twilio.com/docs/errors/20404',
      status: 404,
    } as never)
    assert.equal((await api.send('GET', path.replace('Calls', 'Messages'))).status, 401)
    const json = { headers: own, body: { To: '+4930' } }
    assert.equal((await api.send('POST', path, json)).json.code, 20_001, 'a form, not JSON')
  })

  test('I21: a client that is too fast gets 429 with Retry-After, and tries again by itself', async () => {
    await using slow = await startFakeApi({ rateLimitPerMinute: 6 })
    const own = await slow.token()
    const hasty = twilioClient(slow, own)
    await hasty.calls.list()
    await assert.rejects(hasty.calls.list(), { status: 429, code: 20_429 })
    const headers = basic(accountSid('acme'), own)
    const answer = await slow.send('GET', path, { headers })
    assert.equal(answer.headers['retry-after'], '10')
    // The client's own back-off waits, and meanwhile so much time has passed as the answer said.
    let attempts = 0
    const eager = twilioClient(slow, own, {
      autoRetry: true,
      eachAttempt: () => void ((attempts += 1) === 2 && slow.clock.advance(10_000)),
    })
    assert.deepEqual(await eager.calls.list(), [])
    assert.equal(attempts, 2)
  })

  test('these routes are not in our OpenAPI document', async () => {
    const { json } = await api.send('GET', '/v1/openapi.json')
    const paths = Object.keys((json as unknown as { paths: object }).paths)
    assert.ok(paths.length > 20)
    assert.ok(paths.every((each) => !each.startsWith('/2010')))
  })
})
