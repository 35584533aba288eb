import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as httpsRequest } from 'node:https'
import { after, beforeEach, test } from 'node:test'
import { addRecording, startFakeApi } from './fake-deps.ts'

const api = await startFakeApi()
after(() => api[Symbol.asyncDispose]())
const token = await api.token()
beforeEach(() => {
  api.world.recordings.clear()
  api.world.happened.length = 0
  api.world.audited.length = 0
  api.world.failing = {}
})
const file = (from: number, to: number) =>
  Buffer.from(Uint8Array.from({ length: to - from }, (_, index) => (from + index) % 251))

test('GET /v1/recordings pages, filters by call, and shows no path', async () => {
  const rows = Array.from({ length: 3 }, () => addRecording(api.world))
  const { json } = await api.send('GET', '/v1/recordings?limit=2', { token })
  assert.deepEqual(
    json.data.map((row) => row['id']),
    [rows[2]?.id, rows[1]?.id],
  )
  assert.equal(JSON.stringify(json).includes('/secret/path'), false)
  const rest = await api.send('GET', `/v1/recordings?limit=2&cursor=${String(json['next_cursor'])}`, {
    token,
  })
  assert.deepEqual(
    rest.json.data.map((row) => row['id']),
    [rows[0]?.id],
  )
  const ofCall = await api.send('GET', `/v1/recordings?call_id=${rows[1]?.call_id}`, { token })
  assert.deepEqual(
    ofCall.json.data.map((row) => row['id']),
    [rows[1]?.id],
  )
})

test('GET /v1/recordings/:id gives its particulars', async () => {
  const row = addRecording(api.world)
  const { json } = await api.send('GET', `/v1/recordings/${row.id}`, { token })
  assert.deepEqual(json, {
    id: row.id,
    recording_sid: `RE${row.id.slice(4)}`,
    call_id: row.call_id,
    state: 'sealed',
    started_at: '1970-01-01T00:00:00.000Z',
    ended_at: '1970-01-01T00:00:01.000Z',
    duration_ms: 1_000,
    channels: 2,
    bytes: 16_384,
    segments: 1,
    sha256: 'ab'.repeat(32),
    key_ref: 'local:1',
    replaces: null,
    replaced_by: null,
  })
})

test('GET …/audio audits, then sends the whole file as WAV, and closes the recording', async () => {
  const row = addRecording(api.world)
  const answer = await api.send('GET', `/v1/recordings/${row.id}/audio`, { token })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers['content-type'], 'audio/wav')
  assert.equal(answer.headers['content-length'], '16000')
  assert.equal(answer.headers['accept-ranges'], 'bytes')
  assert.deepEqual(answer.bytes, file(0, 16_000))
  assert.deepEqual(api.world.happened, ['audit recording.read', 'open'])
  assert.equal(api.world.audited[0]?.fields['recording'], row.id)
  assert.equal(api.world.openAudio, 0)
})

test('GET …/audio leaves out what is to be skipped where that is asked for, and nothing by itself', async () => {
  const row = addRecording(api.world)
  api.world.skipped = [{ fromMs: 200, toMs: 500 }]
  const lengthOf = async (query: string) =>
    (await api.send('GET', `/v1/recordings/${row.id}/audio${query}`, { token })).bytes.length
  assert.deepEqual([await lengthOf(''), await lengthOf('?pauses=skip')], [16_000, 700 * 16])
  api.world.skipped = []
})

test('GET …/audio sends a part by time', async () => {
  const row = addRecording(api.world)
  const answer = await api.send('GET', `/v1/recordings/${row.id}/audio?from_ms=100&to_ms=200&format=ulaw`, {
    token,
  })
  assert.deepEqual(answer.bytes, file(1_600, 3_200))
})

for (const [range, from, to] of [
  ['bytes=0-99', 0, 100],
  ['bytes=0-0', 0, 1],
  ['bytes=150-1234', 150, 1_235],
  ['bytes=15999-', 15_999, 16_000],
  ['bytes=-10', 15_990, 16_000],
  ['bytes=100-99999999', 100, 16_000],
] as const) {
  test(`GET …/audio honours Range: ${range}`, async () => {
    const row = addRecording(api.world)
    const answer = await api.send('GET', `/v1/recordings/${row.id}/audio`, { token, headers: { range } })
    assert.equal(answer.status, 206)
    assert.equal(answer.headers['content-range'], `bytes ${from}-${to - 1}/16000`)
    assert.equal(answer.headers['content-length'], String(to - from))
    assert.deepEqual(answer.bytes, file(from, to))
    assert.equal(api.world.openAudio, 0)
  })
}

test('GET …/audio put together from ranges is the file', async () => {
  const row = addRecording(api.world)
  const parts: Buffer[] = []
  for (let start = 0; start < 16_000; start += 3_333) {
    const headers = { range: `bytes=${start}-${start + 3_332}` }
    parts.push((await api.send('GET', `/v1/recordings/${row.id}/audio`, { token, headers })).bytes)
  }
  assert.deepEqual(Buffer.concat(parts), file(0, 16_000))
})

test('GET …/audio refuses a range outside the file with its length, and ignores several ranges', async () => {
  const row = addRecording(api.world)
  const path = `/v1/recordings/${row.id}/audio`
  const outside = await api.send('GET', path, { token, headers: { range: 'bytes=16000-' } })
  assert.deepEqual([outside.status, outside.json.code], [416, 41_600])
  assert.equal(outside.headers['content-range'], 'bytes */16000')
  const several = await api.send('GET', path, { token, headers: { range: 'bytes=0-1,5-6' } })
  assert.deepEqual([several.status, several.bytes.length], [200, 16_000])
  assert.equal(api.world.openAudio, 0)
})

test('GET …/audio says why there is none', async () => {
  const codes = { recording: [409, 40_902], failed: [409, 40_903], deleted: [410, 41_000] }
  for (const [state, expected] of Object.entries(codes)) {
    const row = addRecording(api.world, { state: state as keyof typeof codes })
    const answer = await api.send('GET', `/v1/recordings/${row.id}/audio`, { token })
    assert.deepEqual([answer.status, answer.json.code], expected, state)
  }
  assert.deepEqual(api.world.happened, [])
})

test('GET …/audio sends not a byte without an audit entry, nor of a recording that was tampered with', async () => {
  const row = addRecording(api.world)
  api.world.failing = { audit: true }
  assert.equal((await api.send('GET', `/v1/recordings/${row.id}/audio`, { token })).json.code, 50_300)
  assert.deepEqual(api.world.happened, [])
  api.world.failing = { open: true }
  const tampered = await api.send('GET', `/v1/recordings/${row.id}/audio`, { token })
  assert.deepEqual([tampered.status, tampered.json.code], [500, 50_001])
})

test('GET …/audio closes the recording when the client goes away', async () => {
  const row = addRecording(api.world)
  const closed = Promise.withResolvers<void>()
  const { open } = api.deps.recordings
  Object.assign(api.deps.recordings, {
    open: async () => ({
      durationMs: 1_000,
      exportWav: () => ({
        byteLength: 1e9,
        async *bytes() {
          while (true) yield new Uint8Array(65_536)
        },
      }),
      [Symbol.asyncDispose]: async () => closed.resolve(),
    }),
  })
  const request = httpsRequest({
    host: '127.0.0.1',
    servername: 'localhost',
    port: api.port,
    ca: api.ca,
    agent: false,
    path: `/v1/recordings/${row.id}/audio`,
    headers: { authorization: `Bearer ${token}` },
  })
  request.end()
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage]
  await once(response, 'data')
  response.destroy()
  await closed.promise
  Object.assign(api.deps.recordings, { open })
})

test('GET …/audio breaks the connection when a byte was changed half-way: a cut file is never taken for a whole one', async () => {
  const row = addRecording(api.world)
  const { open } = api.deps.recordings
  Object.assign(api.deps.recordings, {
    open: async () => ({
      durationMs: 1_000,
      exportWav: () => ({
        byteLength: 1_000,
        async *bytes() {
          yield new Uint8Array(100)
          throw new Error('tampered')
        },
      }),
      [Symbol.asyncDispose]: async () => {},
    }),
  })
  await assert.rejects(api.send('GET', `/v1/recordings/${row.id}/audio`, { token }))
  Object.assign(api.deps.recordings, { open })
})

test('DELETE audits, then destroys, and is done already the second time', async () => {
  const row = addRecording(api.world)
  const first = await api.send('DELETE', `/v1/recordings/${row.id}`, { token })
  assert.deepEqual([first.status, first.bytes.length], [204, 0])
  assert.equal((await api.send('DELETE', `/v1/recordings/${row.id}`, { token })).status, 204)
  assert.deepEqual(api.world.happened, ['audit recording.delete', 'delete', 'delete'])
})

test('DELETE says what keeps the bytes of a recording whose key it destroyed', async () => {
  const row = addRecording(api.world)
  const until = new Date(1_800_000_000_000)
  api.world.deletion = { state: 'deleting', reason: 'OBJECT_LOCKED', until }
  const { status, json } = await api.send('DELETE', `/v1/recordings/${row.id}`, { token })
  api.world.deletion = { state: 'deleted' }
  assert.equal(status, 202)
  assert.deepEqual(json, { state: 'deleting', reason: 'OBJECT_LOCKED', until: '2027-01-15T08:00:00.000Z' })
})

test('DELETE leaves a recording that still runs, and any without an audit entry', async () => {
  const running = addRecording(api.world, { state: 'recording' })
  assert.equal((await api.send('DELETE', `/v1/recordings/${running.id}`, { token })).json.code, 40_902)
  const row = addRecording(api.world)
  api.world.failing = { audit: true }
  assert.equal((await api.send('DELETE', `/v1/recordings/${row.id}`, { token })).json.code, 50_300)
  assert.deepEqual(api.world.happened, [])
})
