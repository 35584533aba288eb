import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { encodeUlaw } from '@voxkeep/wire/g711'
import { freePorts } from '@voxkeep/deployment'
import { commands, isEvent, type CallCommand, type WebhookEvent } from '@voxkeep/sdk'
import {
  answerCalls,
  placeCall,
  type AnsweredCall,
  type AnsweringPhone,
  type AnswerPlan,
} from '@voxkeep/softphone'
import { startBaresip, type Baresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { claimMediaPorts } from './support/media-ports.ts'
import { multimonKeys } from './support/multimon.ts'
import { recordedSides } from './support/recorded.ts'
import { sayWhen } from './support/say-when.ts'
import { matchSpeech } from './support/speech.ts'
import { spoken, writeSpeech } from './support/spoken.ts'

const speech = spoken(3)
const keys = '7919'
/** The office is full where this number is called, so that the next trunk has its turn. */
const elsewhere = '+12025550103'
const plan = (uri: string): AnswerPlan =>
  uri.includes(elsewhere) ? { kind: 'reject', status: 503 } : { kind: 'answer' }

const outbound = (office: number, bob: number) => (settings: Settings) => {
  const to = (port: number) => ({ host: '127.0.0.1', port, caFile: 'tls/ca.pem', health: { intervalMs: 0 } })
  settings.trunks.push({ id: 'office', app: 'app', outbound: to(office) })
  settings.trunks.push({ id: 'bob', app: 'app', outbound: to(bob) })
  const [app] = settings.apps
  assert.ok(app)
  app['dialing'] = {
    trunks: ['office', 'bob'],
    callerIds: ['+12025550199'],
    prefixes: ['+1202555'],
    limits: { concurrent: 3, perMinute: 60, minutesPerDay: 60 },
  }
}

function decide(event: WebhookEvent): readonly CallCommand[] {
  if (isEvent(event, 'call.incoming') && event.data.to === 'bob')
    return [commands.dial(elsewhere, { send_digits: keys }), commands.hangup()]
  if (isEvent(event, 'call.incoming'))
    return [commands.set({ tier: 'gold', note: 'x' }), commands.redirect('/one')]
  if (isEvent(event, 'call.redirected'))
    return [commands.set({ note: null }), commands.message({ silence_ms: 1_500, action_url: '/left' })]
  if (isEvent(event, 'call.message')) {
    const events = { url: '/legs', only: ['answered', 'ended'] }
    return [commands.dial('+12025550101', { send_digits: `WW${keys}W`, whisper_url: '/whisper', events })]
  }
  if (isEvent(event, 'call.whisper')) return [commands.gather({ num_digits: 1, timeout_ms: 10_000 })]
  return [commands.hangup()]
}

const ulawOf = (phone: AnsweredCall) => {
  const heard = phone.heard()
  return encodeUlaw(heard, new Uint8Array(heard.length))
}

describe('commands', { timeout: 60_000, skip: without('multimon-ng', 'sox', 'baresip') }, () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let office: AnsweringPhone
  let bob: Baresip

  before(async () => {
    const [port = 0] = await freePorts(1)
    const ports = stack.use(await claimMediaPorts()).phone(0)
    gateway = stack.use(
      await startGateway({
        decide,
        configure: outbound(port, ports.min + 1),
        scopes: ['calls:read', 'calls:write', 'recordings:read'],
      }),
    )
    const { caFile, app } = gateway.deployment
    const { certFile, keyFile } = app
    const [cert, key] = [await readFile(certFile, 'utf8'), await readFile(keyFile, 'utf8')]
    office = stack.use(await answerCalls({ port, cert, key, events: false, decide: ({ uri }) => plan(uri) }))
    const folder = await gateway.folder()
    const certificateFile = join(folder, 'baresip.pem')
    await writeFile(certificateFile, `${cert}\n${key}\n`, { mode: 0o600 })
    const says = join(folder, 'says.wav')
    writeSpeech(says, spoken(2), 30)
    bob = stack.use(
      await startBaresip({ folder, ports, caFile, says, certificateFile, user: elsewhere, answers: true }),
    )
  })
  after(() => stack.disposeAsync())

  function call(to: string, ready: Promise<unknown>) {
    const hangUp = new AbortController()
    const over = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550142',
      to,
      speech: sayWhen(ready, speech),
      signal: hangUp.signal,
    })
    return { over, hangUp: () => hangUp.abort(), told: gateway.app.call(to) }
  }

  test('a redirect, notes, a message, keys for an extension and a whisper, one after the other', async () => {
    const beeped = Promise.withResolvers<void>()
    const caller = call('message', beeped.promise)
    const redirected = await caller.told.told('call.redirected')
    assert.partialDeepStrictEqual(redirected, { variables: { tier: 'gold', note: 'x' }, to: 'message' })
    await caller.told.told('recording.started')
    await setTimeout(700) // the beep
    beeped.resolve()

    const left = await caller.told.told('call.message')
    assert.partialDeepStrictEqual(left, {
      variables: { tier: 'gold' },
      reason: 'silence',
      recording_state: 'sealed',
      own: true,
      said: true,
    })
    assert.ok(!('note' in (left['variables'] as object)))
    const lengthMs = Number(left['duration_ms'])
    assert.ok(lengthMs > 2_500 && lengthMs < 5_000, `${lengthMs} ms`)
    const [said] = await recordedSides(gateway.api, String(left['recording_id']))
    assert.ok(matchSpeech(speech, said).heard > 0.6, 'the message is in its recording')

    const phone = await office.nextCall()
    const whisper = await caller.told.told('call.whisper')
    assert.equal(multimonKeys(ulawOf(phone)), keys, 'E8: a detector of somebody else’s hears the tones')
    phone.press('5')
    await setTimeout(500)
    phone.hangup()
    const dialed = await caller.told.told('call.dialed')
    assert.partialDeepStrictEqual(dialed, { outcome: 'answered', ended_by: 'callee-hung-up' })
    await caller.told.told('call.ended')
    await caller.over

    const answered = await caller.told.told('leg.answered')
    const ended = await caller.told.told('leg.ended')
    const { leg_id: leg } = whisper
    assert.deepEqual([answered['leg_id'], ended['leg_id'], ended['outcome']], [leg, leg, 'answered'])
    const row = await gateway.api.calls.get(await caller.told.id())
    assert.deepEqual(row.variables, { tier: 'gold' })
    const told = JSON.stringify([row, gateway.app.events])
    assert.doesNotMatch(told, new RegExp(keys), 'keys that were sent are told to nobody')
  })

  test('E8: baresip takes the keys as RFC 4733 events, each once', async () => {
    const caller = call('bob', new Promise(() => {}))
    assert.equal(await bob.keysHeard(keys.length), keys)
    await bob.until('CALL_DTMF_END')
    caller.hangUp()
    await caller.told.told('call.ended')
    await caller.over
  })
})
