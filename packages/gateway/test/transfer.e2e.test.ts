import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePorts } from '@voxkeep/deployment'
import { commands, isIncomingCall, type CallCommand, type WebhookEvent } from '@voxkeep/sdk'
import { answerCalls, placeCall, type AnsweringPhone } from '@voxkeep/softphone'
import { serializeWav } from '@voxkeep/wire/wav'
import { startBaresip, type Baresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { matchSpeech } from './support/speech.ts'
import { spoken, writeSpeech } from './support/spoken.ts'
import { toneMs } from './support/tones.ts'

const agentNumber = '+12025550110'
const deskNumber = '+12025550177'
const speech = spoken(3)
const musicHz = 700
const hears = (heard: Int16Array) => matchSpeech(speech, heard).heard > 0.6

/** The agent's phone takes one call at a time; what it cannot take goes to the desk. */
const trunksAndMusic = (deskPort: number) => (settings: Settings) => {
  const { portMax } = settings['media'] as { portMax: number }
  const outbound = (port: number, maxCalls: number) => ({
    host: '127.0.0.1',
    port,
    caFile: 'tls/ca.pem',
    maxCalls,
    health: { intervalMs: 0 },
  })
  const agent = {
    id: 'agent',
    app: 'app',
    allowedAddresses: ['127.0.0.1'], // it opens a connection of its own for what it sends within a call
    outbound: outbound(portMax + 2, 1),
    refer: { accept: true, targets: [deskNumber] },
  }
  settings.trunks.splice(0, Infinity, agent, { id: 'desk', app: 'app', outbound: outbound(deskPort, 10) })
  const [app] = settings.apps
  assert.ok(app)
  app['holdMusicFile'] = 'music.wav'
  app['dialing'] = {
    trunks: ['agent', 'desk'],
    callerIds: ['+12025550199'],
    prefixes: ['+1202555'],
    transfers: [deskNumber],
  }
}

describe('an agent at a baresip 1.0', { skip: without('baresip'), timeout: 60_000 }, () => {
  const stack = new AsyncDisposableStack()
  let gateway: GatewayProcess
  let desk: AnsweringPhone
  let certificateFile: string
  function decide(event: WebhookEvent): readonly CallCommand[] {
    if (!isIncomingCall(event)) return []
    return [commands.dial(event.data.to === 'consult' ? deskNumber : agentNumber)]
  }

  before(async () => {
    const [deskPort = 0] = await freePorts(1)
    const configure = trunksAndMusic(deskPort)
    gateway = stack.use(
      await startGateway({ decide, configure, scopes: ['calls:read'], prepare: (dir) => writeMusic(dir) }),
    )
    const { certFile, keyFile } = gateway.deployment.app
    const [cert, key] = await Promise.all([readFile(certFile, 'utf8'), readFile(keyFile, 'utf8')])
    desk = stack.use(await answerCalls({ port: deskPort, cert, key, speech: 'echo' }))
    certificateFile = join(await gateway.folder(), 'phone.pem')
    await writeFile(certificateFile, `${cert}\n${key}\n`, { mode: 0o600 })
  })
  after(() => stack.disposeAsync())

  async function phone(): Promise<Baresip> {
    const folder = await gateway.folder()
    const says = join(folder, 'says.wav')
    writeSpeech(says, speech, 30)
    const { caFile } = gateway.deployment
    const ports = gateway.mediaPorts.phone(0)
    return startBaresip({ folder, ports, caFile, says, certificateFile, user: agentNumber, answers: true })
  }

  /** A caller who speaks all the time, and what they heard so far. */
  function call(to: string) {
    const hangUp = new AbortController()
    let heard: Int16Array[] = []
    let enough = { samples: Infinity, resolve: () => {} }
    let count = 0
    const over = placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550142',
      to,
      speech: () => speech,
      onHeard(samples) {
        heard.push(samples.slice())
        count += samples.length
        if (count >= enough.samples) enough.resolve()
      },
      signal: hangUp.signal,
    })
    /** The next so many seconds. Nothing is looked at before they are over: that would disturb the phone. */
    const next = (seconds: number) => {
      heard = []
      count = 0
      return new Promise<Int16Array>((resolve) => {
        const all = () => resolve(Int16Array.from(heard.flatMap((samples) => [...samples])))
        enough = { samples: seconds * 8_000, resolve: all }
        void over.then(all)
      })
    }
    return { over, next, hangUp: () => hangUp.abort(), told: gateway.app.call(to) }
  }

  test('interop 21: caller and agent hear each other; on hold the caller hears the app’s music', async () => {
    await using agent = await phone()
    const caller = call('holds')
    await agent.until('CALL_ESTABLISHED')
    assert.ok(hears(await caller.next(6)), 'the agent')
    agent.hold()
    assert.ok(toneMs(await caller.next(2), musicHz) > 500, 'the music')
    agent.resume()
    caller.hangUp()
    await caller.over
    await agent.until('CALL_CLOSED')
    await caller.told.told('call.ended')
    assert.ok(hears(await agent.heard()), 'the caller')
  })

  test('interop 28: the agent’s REFER connects the caller with a desk on the list, and lets the agent go', async () => {
    await using agent = await phone()
    const caller = call('moves')
    await agent.until('CALL_ESTABLISHED')
    await gateway.app.event('the answer', ({ type }) => type === 'call.answered')
    agent.transfer(`sip:${deskNumber}@127.0.0.1`)
    const taken = await desk.nextCall()
    await taken.whenUp
    assert.equal(taken.to, deskNumber)
    await agent.until('CALL_CLOSED')
    assert.ok(matchSpeech(speech.subarray(0, 16_000), await caller.next(5)).heard > 0.6, 'the desk')
    taken.hangup()
    await caller.over
    const referred = await caller.told.told('call.referred')
    assert.equal(referred['outcome'], 'answered')
  })

  test('interop 28: an agent who called the desk first joins it with the caller, and is let go in both calls', async () => {
    await using agent = await phone()
    const caller = call('asks')
    await agent.until('CALL_ESTABLISHED')
    const asked = desk.nextCall()
    agent.dial(`sip:consult@127.0.0.1:${gateway.sipPort};transport=tls`)
    const taken = await asked
    await taken.whenUp
    const [, dialog = ''] = await agent.untilSaid(
      /(SIP\/2\.0 200 OK\r?\n(?:[^\r\n]+\r?\n)*?CSeq: \d+ INVITE)/,
    )
    const part = (pattern: RegExp) => pattern.exec(dialog)?.[1] ?? ''
    const [callId, ours, theirs] = [/Call-ID: (\S+)/i, /To:.*;tag=(\S+)/i, /From:.*;tag=(\S+)/i].map(part)
    const replaces = encodeURIComponent(`${callId};to-tag=${ours};from-tag=${theirs}`)
    agent.select(1)
    agent.transfer(`<sip:${deskNumber}@127.0.0.1?Replaces=${replaces}>`)
    const transferred = await gateway.app.event('the consultation’s end', ({ type, data }) => {
      return type === 'call.ended' && (data as { to?: string }).to === 'consult'
    })
    assert.equal((transferred.data as { reason?: string }).reason, 'transferred')
    assert.ok(matchSpeech(speech.subarray(0, 16_000), await caller.next(5)).heard > 0.6, 'the desk')
    assert.equal(desk.calls.at(-1), taken, 'nobody was called for it')
    caller.hangUp()
    assert.deepEqual(await taken.whenEnded, { why: 'remote-hung-up' })
  })

  test('interop 28: the agent’s REFER to anywhere else is refused, and nobody is called', async () => {
    await using agent = await phone()
    const called = desk.calls.length
    const caller = call('stays')
    await agent.until('CALL_ESTABLISHED')
    agent.transfer('sip:+442079460000@127.0.0.1')
    await agent.untilSaid(/REFER sip:[^]*SIP\/2\.0 403/)
    // It hangs up by itself when it cannot transfer.
    assert.equal((await caller.told.told('call.dialed'))['ended_by'], 'callee-hung-up')
    await caller.over
    assert.equal(desk.calls.length, called)
  })
})

/** A second of a tone, for as long as anybody waits. */
async function writeMusic(dir: string): Promise<void> {
  const samples = Int16Array.from({ length: 8_000 }, (_, at) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * musicHz * at) / 8_000)),
  )
  const data = new Uint8Array(samples.buffer)
  await writeFile(
    join(dir, 'music.wav'),
    serializeWav({ format: 'pcm16', sampleRateHz: 8_000, channels: 1, data }),
  )
}
