import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { sid } from '#kernel'
import { addCall, startFakeApi } from './fake-deps.ts'
import { twilioClient } from './fake-twilio-client.ts'

const api = await startFakeApi()
const client = twilioClient(api, await api.token())
const { world } = api
const url = 'wss://app.test/media'

describe('Twilio’s streams', () => {
  after(() => api[Symbol.asyncDispose]())
  beforeEach(() => {
    world.happened.length = 0
    world.commands.length = 0
  })

  test('I18: a stream is opened with its parameters and callbacks, audited first, and has a sid at once', async () => {
    const call = addCall(world)
    const streams = client.calls(sid('CA', call.id)).streams
    const { statusCode, body: stream } = await streams.createWithHttpInfo({
      url,
      track: 'both_tracks',
      name: 'ears',
      statusCallback: 'https://app.test/stream',
      'parameter1.name': 'agent',
      'parameter1.value': 'seven',
      'parameter99.name': 'last',
      'parameter99.value': '',
    })
    assert.equal(statusCode, 201)
    assert.match(stream.sid, /^MZ[0-9a-f]{32}$/)
    assert.partialDeepStrictEqual(stream, {
      status: 'in-progress',
      name: 'ears',
      callSid: sid('CA', call.id),
    })
    assert.ok(stream.dateUpdated instanceof Date)
    assert.deepEqual(world.happened, ['audit call.command', 'fork'])
    assert.partialDeepStrictEqual(world.commands, [
      [
        {
          type: 'stream',
          url,
          direction: 'both_tracks',
          name: 'ears',
          parameters: { agent: 'seven', last: '' },
          events: { url: 'https://app.test/stream', method: 'POST', only: ['started', 'ended', 'failed'] },
        },
      ],
    ])
  })

  test('F11: Status=stopped ends a stream by its sid, and one that was never there is not found', async () => {
    const call = addCall(world)
    const { streams } = client.calls(sid('CA', call.id))
    const { sid: stream } = await streams.create({ url })
    const stopped = await client.calls(sid('CA', call.id)).streams(stream).update({ status: 'stopped' })
    assert.deepEqual([stopped.sid, stopped.status], [stream, 'stopped'])
    assert.deepEqual(world.happened.slice(2), ['audit call.command', `close strm_${stream.slice(2)}`])
    const unknown = client.calls(sid('CA', call.id)).streams(`MZ${'0'.repeat(32)}`)
    await assert.rejects(unknown.update({ status: 'stopped' }), { status: 404, code: 20_404 })
  })

  test('I18: an address that is not wss, or has a query, opens nothing', async () => {
    const { streams } = client.calls(sid('CA', addCall(world).id))
    const tooLong = `wss://app.test/${'a'.repeat(2_100)}`
    for (const bad of ['ws://app.test/', 'https://app.test/', 'wss://app.test/?a=b', 'nowhere', tooLong])
      await assert.rejects(streams.create({ url: bad }), { status: 400, code: 21_205 })
    const long = { url, 'parameter1.name': 'n', 'parameter1.value': 'v'.repeat(500) }
    await assert.rejects(streams.create(long), { status: 400, code: 20_001 })
    const over = client.calls(sid('CA', addCall(world, { state: 'ended' }).id))
    await assert.rejects(over.streams.create({ url }), { status: 400, code: 21_220 })
    assert.deepEqual(world.happened, [])
  })
})
