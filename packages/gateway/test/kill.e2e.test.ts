import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { commands, isIncomingCall, type WebhookEvent } from '@voxkeep/sdk'
import { placeCall, type CallResult } from '@voxkeep/softphone'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { databaseRows } from './support/database-rows.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import {
  audioMarkers,
  filesBelow,
  findMarkers,
  textMarkers,
  textSource,
  type Marker,
  type Source,
} from './support/markers.ts'
import { recordedSides } from './support/recorded.ts'
import { sealedFile } from './support/sealed-file.ts'
import { sayWhen } from './support/say-when.ts'
import { matchSpeech } from './support/speech.ts'
import { samplesPerSecond, spoken } from './support/spoken.ts'

const callCount = 20
const heardSeconds = 5 // of each call, before the end
const sealedSeconds = 3 // of those: what had not filled a segment of one second, or waited for late audio, is gone
const said = spoken(12)
/** What the gateway has to say of each call when it is up again, for the audit log. */
const settled = ['recording.recovered', 'call.ended']
const names = Array.from({ length: callCount }, (_, index) => `+13035550${100 + index}`)
const callerOf = (name: string) => name.replace('+1303', '+1202')
/** Each says the same, from another place on. */
const saidBy = (name: string) => {
  const from = names.indexOf(name) * 1_600
  return new Int16Array([...said.subarray(from), ...said.subarray(0, from)])
}

const callOf = (event: WebhookEvent) => (event.data as { call_id?: string }).call_id

describe('a gateway that is killed in the middle of 20 recorded calls', () => {
  const stack = new AsyncDisposableStack()
  /** Events that were sent to the app, and that it had not answered when the gateway died. */
  const unanswered = new Map<string, WebhookEvent>()
  /** Those that the app answered once the gateway was up again. */
  const delivered = new Map<string, WebhookEvent>()
  const plain: Source[] = []
  let killed = false
  let gateway: GatewayProcess
  let phones: CallResult[] = []
  let ids: string[] = []

  before(async () => {
    gateway = stack.use(
      await startGateway({
        scopes: ['calls:read', 'recordings:read', 'audit:read'],
        decide: (_, streamUrl) => [commands.record(), commands.stream(streamUrl)],
        intercept(event, _response, id) {
          if (isIncomingCall(event)) return false
          const events = killed ? delivered : unanswered
          events.set(id, event)
          return !killed
        },
      }),
    )
    const { sipPort: port, deployment, app } = gateway
    const calling = names.map((to) => {
      const caller = { host: '127.0.0.1', port, ca: deployment.caPem, from: callerOf(to), to }
      return placeCall({ ...caller, speech: sayWhen(app.call(to).stream(), saidBy(to)) })
    })
    const streams = await Promise.all(names.map((to) => app.call(to).stream()))
    await Promise.all(streams.map((stream) => stream.heard(heardSeconds)))
    await gateway.kill()
    killed = true
    phones = await Promise.all(calling)
    plain.push(...filesBelow(deployment.dataDir).map((file) => ({ ...file, name: `${file.name}, killed` })))
    plain.push(textSource('output, killed', gateway.process.output()))
    await gateway.restart()
    ids = await Promise.all(names.map((to) => app.call(to).id()))
  })
  after(() => stack.disposeAsync())

  test('callers know at once that their call is lost', () => {
    assert.deepEqual(
      phones.map(({ end }) => end.why),
      names.map(() => 'connection-lost'),
    )
  })

  test('the gateway starts again with what it has, and ends what it cannot go on with honestly', async () => {
    const calls = await Array.fromAsync(gateway.api.calls.list())
    assert.deepEqual(new Set(calls.map(({ id }) => id)), new Set(ids))
    for (const { id, state, end_reason: reason, ended_at: endedAt } of calls) {
      assert.deepEqual([state, reason], ['ended', 'gateway-crashed'])
      assert.ok(endedAt)
      const { story } = await gateway.api.calls.get(id)
      assert.equal(story.at(-1)?.kind, 'ended')
      assert.equal(story.at(-1)?.fields['reason'], 'gateway-crashed')
      const trail = await gateway.api.calls.audit(id)
      assert.deepEqual(
        new Set(trail.map(({ type }) => type)),
        new Set([...'call.received call.answered recording.starting stream.opening'.split(' '), ...settled]),
      )
    }
  })

  test('every sealed segment is there, verifies, and is what was spoken', async () => {
    for (const [index, id] of ids.entries()) {
      const [recording, ...others] = await Array.fromAsync(gateway.api.recordings.list({ callId: id }))
      assert.ok(recording !== undefined && others.length === 0)
      assert.equal(recording.state, 'recovered')
      assert.ok((recording.segments ?? 0) >= sealedSeconds, `${recording.segments} segments`)
      assert.ok((recording.duration_ms ?? 0) >= sealedSeconds * 1_000, `${recording.duration_ms} ms`)
      const file = await readFile(sealedFile(gateway.deployment.dataDir, recording.id))
      assert.equal(createHash('sha256').update(file).digest('hex'), recording.sha256)
      const spokenPart = saidBy(names[index] ?? '').subarray(0, (sealedSeconds - 0.5) * samplesPerSecond)
      const sides = await recordedSides(gateway.api, recording.id)
      assert.ok(Math.abs(sides[0].length / samplesPerSecond - (recording.duration_ms ?? 0) / 1_000) < 0.001)
      for (const side of index % 4 === 0 ? sides : sides.slice(0, 1)) {
        const match = matchSpeech(spokenPart, side)
        // A frame that is let go in a pause, when a busy machine read the first ones late, costs the half second around it.
        assert.ok(match.heard >= 0.7 && match.snrDb > 25, JSON.stringify(match))
      }
    }
  })

  test('the outbox delivers what was accepted before, under the same ids, and what there is to tell now', async () => {
    assert.ok(unanswered.size > 0)
    for (const id of unanswered.keys()) await gateway.app.event(`${id} again`, () => delivered.has(id))
    for (const id of ids) {
      const told = async (type: string) => {
        const find = () =>
          [...delivered.values()].find((event) => event.type === type && callOf(event) === id)
        await gateway.app.event(`${type} of ${id}`, () => find() !== undefined)
        return find()?.data
      }
      for (const type of ['call.answered', 'stream.started', 'recording.started', 'recording.recovered'])
        assert.ok(await told(type))
      const { to, ...ended } = (await told('call.ended')) as Record<string, unknown>
      const expected = { call_id: id, reason: 'gateway-crashed', answered: true, direction: 'inbound' }
      assert.deepEqual([ended, typeof to], [expected, 'string'])
    }
  })

  test('another call is carried', async () => {
    const { sipPort: port, deployment, app, api } = gateway
    const call = app.call('afterwards')
    const hangUp = new AbortController()
    const caller = { host: '127.0.0.1', port, ca: deployment.caPem, from: callerOf(names[0] ?? '') }
    const speech = sayWhen(call.stream(), said)
    const calling = placeCall({ ...caller, to: 'afterwards', speech, signal: hangUp.signal })
    await (await call.stream()).heard(1)
    hangUp.abort()
    await calling
    await call.told('call.ended')
    assert.equal((await api.calls.get(await call.id())).end_reason, 'caller-hung-up')
  })

  test('the audit log is whole', async () => {
    const { ok, size, findings } = await gateway.api.audit.verify()
    assert.deepEqual(findings, [])
    assert.ok(ok && size >= callCount * 6, `${size} entries`)
    await gateway.stop()
  })

  test('nothing of the calls lies on the disk in clear, neither when it died nor afterwards', async () => {
    const { dataDir, webhookSecret } = gateway.deployment
    plain.push(...filesBelow(dataDir), ...(await databaseRows(dataDir)))
    plain.push(textSource('output', gateway.process.output()))
    assert.equal(plain.filter(({ name }) => name.endsWith('.vxr.part, killed')).length, callCount)
    assert.equal(plain.filter(({ name }) => name.endsWith('.vxr')).length, callCount + 1)
    const ulaw = encodeUlaw(said, new Uint8Array(said.length))
    const markers: Marker[] = [
      ...audioMarkers('speech', ulaw.subarray(0, heardSeconds * samplesPerSecond), 8),
      ...textMarkers('callers', '120255501'),
      ...textMarkers('called', '130355501'),
      ...textMarkers('webhook secret', webhookSecret.slice('whsec_'.length)),
      ...textMarkers('API token', gateway.token.slice('vk_live_'.length)),
    ]
    assert.ok(markers.length > 50)
    assert.deepEqual(findMarkers(plain, markers), [])
  })
})
