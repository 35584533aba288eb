import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { isIncomingCall, type CallCommand } from '@voxkeep/sdk'
import { callerSpeech, placeCall, type CallResult } from '@voxkeep/softphone'
import { decodeUlaw } from '@voxkeep/wire/g711'
import type { WebSocket } from 'ws'
import type { SecurityReceipt } from '#call'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { numberedSpeech, numbersIn } from './support/numbered-speech.ts'
import { matchSpeech } from './support/speech.ts'
import { toneMs } from './support/tones.ts'
import { watch } from './support/watch.ts'

type Message = { type: string; seq: number } & Record<string, unknown>

interface Frame {
  readonly seq: number
  readonly atMs: number
  readonly audio: Buffer
}

interface Packet {
  readonly atMs: number
  readonly payload: Uint8Array
}

const headerBytes = 12
const token = 'made for this call'

/** An app's end of one stream, over however many connections, written from the published protocol alone. */
class MediaApp {
  readonly messages: Message[] = []
  readonly frames: Frame[] = []
  readonly sockets: WebSocket[] = []
  readonly #watch = watch()
  #seq = 0

  take(socket: WebSocket): void {
    this.sockets.push(socket)
    socket.on('error', () => socket.terminate())
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.frames.push(frameOf(data))
      else this.#hear(JSON.parse(data.toString()) as Message)
      this.#watch.changed()
    })
  }

  #hear(message: Message): void {
    const { resumed, id } = (message['resume'] ?? {}) as { resumed?: boolean; id?: string }
    if (resumed === true) this.say({ type: 'resume', resume_id: id, last_seq: this.lastSeq })
    this.messages.push(message)
  }

  /** The highest number that came, of text and audio. */
  get lastSeq(): number {
    return Math.max(0, ...this.messages.map(({ seq }) => seq), ...this.frames.map(({ seq }) => seq))
  }

  say(message: object): void {
    this.sockets.at(-1)?.send(JSON.stringify({ ...message, seq: ++this.#seq }))
  }

  /** Sends it all at once, in frames of 100 ms. */
  speak(samples: Int16Array, rateHz: number): void {
    const step = rateHz / 10
    for (let at = 0; at < samples.length; at += step) {
      const part = samples.subarray(at, at + step)
      const frame = Buffer.alloc(headerBytes + 2 * part.length)
      frame[0] = 0x10
      frame.writeUInt32BE(++this.#seq, 4)
      frame.writeUInt32BE((1_000 * at) / rateHz, 8)
      part.forEach((sample, index) => frame.writeInt16LE(sample, headerBytes + 2 * index))
      this.sockets.at(-1)?.send(frame)
    }
  }

  of(type: string): Message[] {
    return this.messages.filter((message) => message.type === type)
  }

  async until(what: string, probe: () => boolean): Promise<void> {
    await this.#watch.until(what, () => probe() || undefined, 30_000)
  }
}

function frameOf(data: Buffer): Frame {
  assert.equal(data[0], 0x10)
  return { seq: data.readUInt32BE(4), atMs: data.readUInt32BE(8), audio: data.subarray(headerBytes) }
}

const tone = (hz: number, rateHz: number, ms: number) =>
  Int16Array.from({ length: (rateHz * ms) / 1_000 }, (_, i) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * hz * i) / rateHz)),
  )

/** The caller as the app heard them, at 8 kHz: two of three samples left out, which speech at 8 kHz does not miss. */
function narrow(frames: readonly Frame[], ratio: number): Int16Array {
  const bytes = Buffer.concat(frames.map(({ audio }) => audio))
  return Int16Array.from({ length: bytes.length / 2 / ratio }, (_, i) => bytes.readInt16LE(2 * ratio * i))
}

describe('voxkeep.media.v1, heard at the phone', () => {
  const stack = new AsyncDisposableStack()
  const apps: Readonly<Record<string, MediaApp>> = {
    resumes: new MediaApp(),
    interrupts: new MediaApp(),
    hurries: new MediaApp(),
  }
  const options = {
    resumes: { encoding: 'l16', rate: 24_000, token },
    interrupts: { encoding: 'l16', rate: 16_000, high_ms: 2_000, token },
    hurries: { encoding: 'l16', rate: 8_000, token },
  }
  let gateway: GatewayProcess
  let speech: Int16Array
  let twentySeconds: Int16Array

  before(async () => {
    speech = await callerSpeech()
    const { speech: next } = numberedSpeech()
    twentySeconds = Int16Array.from(Array.from({ length: 1_000 }, () => [...next()]).flat())
    gateway = stack.use(
      await startGateway({
        scopes: ['calls:read'],
        decide(event, url): CallCommand[] {
          const to = isIncomingCall(event) ? event.data.to : ''
          const stream = { type: 'stream', url, wire: 'voxkeep', options: options[to as 'resumes'] }
          return [{ type: 'answer' }, stream as unknown as CallCommand, { type: 'wait' }]
        },
        takeStream(to, socket) {
          apps[to]?.take(socket)
          return true
        },
      }),
    )
  })
  after(() => stack.disposeAsync())

  /** Resolves, when the call is over, with all the audio that reached the phone. */
  async function call(
    to: string,
  ): Promise<{ end: CallResult['end']; heard: Int16Array; packets: readonly Packet[] }> {
    const packets: Packet[] = []
    const { end } = await placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550100',
      to,
      speech,
      signal: AbortSignal.timeout(40_000),
      onPayload: (payload) => packets.push({ atMs: performance.now(), payload: payload.slice() }),
    })
    const ulaw = new Uint8Array(Buffer.concat(packets.map(({ payload }) => payload)))
    return { end, heard: decodeUlaw(ulaw, new Int16Array(ulaw.length)), packets }
  }

  async function receiptOf(to: string): Promise<SecurityReceipt> {
    await gateway.app.call(to).told('call.ended')
    return (await gateway.api.calls.get(await gateway.app.call(to).id())).receipt as SecurityReceipt
  }

  const calls = () => Promise.all([resumes(), interrupts(), hurries()])

  /** Breaks the connection while the caller hears it and speaks. */
  async function resumes() {
    const app = apps['resumes'] as MediaApp
    const calling = call('resumes')
    await app.until('a start', () => app.of('session.start').length === 1)
    app.speak(tone(440, 24_000, 3_000), 24_000)
    app.say({ type: 'mark', name: 'all of it' })
    await app.until('a second of the caller', () => app.frames.length >= 50)
    app.sockets[0]?.terminate()
    await app.until('it to go on', () => app.sockets.length === 2)
    await app.until('the mark', () => app.of('mark').length === 1)
    app.say({ type: 'command', id: 'bye', commands: [{ type: 'hangup' }] })
    const phone = await calling
    return { app, phone, receipt: await receiptOf('resumes') }
  }

  /** Says six seconds at once and takes back what is not heard yet. */
  async function interrupts() {
    const app = apps['interrupts'] as MediaApp
    const calling = call('interrupts')
    await app.until('a start', () => app.of('session.start').length === 1)
    for (let half = 0; half < 12; half += 1) {
      app.speak(tone(440, 16_000, 500), 16_000)
      app.say({ type: 'mark', name: `half ${half}` })
    }
    await app.until('two seconds played', () => app.of('mark').length >= 4)
    app.say({ type: 'clear', id: 'barge-in' })
    await app.until('it to be cleared', () => app.of('cleared').length === 1)
    app.speak(tone(1_000, 16_000, 500), 16_000)
    app.say({ type: 'mark', name: 'after' })
    await app.until('what came after', () => app.of('mark').length === 13)
    app.say({ type: 'command', id: 'no', commands: [{ type: 'explode' }] })
    app.say({ type: 'command', id: 'bye', commands: [{ type: 'hangup' }] })
    const phone = await calling
    return { app, phone, receipt: await receiptOf('interrupts') }
  }

  /** Says twenty seconds, each 20 ms of them numbered, at once, and lets them play to their end. */
  async function hurries() {
    const app = apps['hurries'] as MediaApp
    const calling = call('hurries')
    await app.until('a start', () => app.of('session.start').length === 1)
    const saidMs = performance.now()
    app.speak(twentySeconds, 8_000)
    const sentMs = performance.now()
    app.say({ type: 'mark', name: 'all twenty' })
    await app.until('the mark', () => app.of('mark').length === 1)
    const markedMs = performance.now()
    app.say({ type: 'command', id: 'bye', commands: [{ type: 'hangup' }] })
    const { packets } = await calling
    return { mark: app.of('mark')[0], packets, saidMs, sentMs, markedMs }
  }

  test('three conversations at once, to their ends', { timeout: 60_000 }, async (t) => {
    const [resumed, interrupted, hurried] = await calls()

    await t.test(
      'the first message says whose call it is, how it is protected, and the command’s token',
      () => {
        const [start] = resumed.app.of('session.start')
        assert.deepEqual(
          [start?.['token'], start?.['direction'], start?.['from']],
          [token, 'inbound', '+12025550100'],
        )
        assert.partialDeepStrictEqual(start?.['transport'], { sip_tls: 'TLSv1.3' })
        assert.match(JSON.stringify(start?.['transport']), /"srtp":"A/)
        assert.partialDeepStrictEqual(start?.['media'], { encoding: 'audio/l16', rate: 24_000, talks: true })
      },
    )

    await t.test(
      'a connection that broke is taken up again, and the caller’s audio is whole, each frame once',
      () => {
        const { app, receipt } = resumed
        const [, again] = app.of('session.start')
        assert.equal(again?.['token'], undefined)
        const numbers = app.frames.map(({ seq }) => seq)
        assert.equal(new Set(numbers).size, numbers.length, 'nothing came twice')
        const told = app.of('gap').map(({ from_ms, to_ms }) => `${String(from_ms)} to ${String(to_ms)}`)
        for (const [i, { atMs }] of app.frames.entries()) {
          const expectedMs = i === 0 ? atMs : (app.frames[i - 1]?.atMs ?? 0) + 20
          if (atMs !== expectedMs) assert.ok(told.includes(`${expectedMs} to ${atMs}`), 'no gap is untold')
        }
        const match = matchSpeech(speech.subarray(4_000, 20_000), narrow(app.frames, 3))
        assert.ok(match.heard > 0.5, `the app heard what the caller said: ${match.heard}`)
        assert.deepEqual(
          receipt.streams.map(({ end }) => end),
          ['closed-by-gateway'],
        )
      },
    )

    await t.test('the caller hears all that was said before it broke, once and without a hole', () => {
      const { app, phone } = resumed
      const ms = toneMs(phone.heard, 440)
      assert.ok(Math.abs(ms - 3_000) <= 60, `${ms} ms of 3000`)
      const [mark] = app.of('mark')
      assert.partialDeepStrictEqual(mark, { name: 'all of it', state: 'played' })
      assert.ok(Math.abs(Number(mark?.['played_ms']) - 3_000) <= 10)
    })

    await t.test('D2: 20 s sent at once are heard in 20 s, in order, without a gap, and then marked', (c) => {
      const { mark, packets, saidMs, sentMs, markedMs } = hurried
      const numbers = packets.map(({ payload }) => numbersIn(payload))
      const first = numbers.findIndex((found) => found[0] === 0)
      const spoken = packets.slice(first, first + 1_000)
      assert.deepEqual(
        numbers.slice(first, first + 1_000),
        Array.from({ length: 1_000 }, (_, number) => [number]),
      )
      // A packet may be read late here: the earliest of a second tells when the gateway's second began.
      const startsMs = spoken.map(({ atMs }, number) => atMs - 20 * number)
      const earliestMs = (from: number) => Math.min(...startsMs.slice(from, from + 50))
      const driftMs = earliestMs(950) - earliestMs(0)
      const lastMs = spoken.at(-1)?.atMs ?? Infinity
      c.diagnostic(
        `sent in ${(sentMs - saidMs).toFixed(0)} ms, heard in ${(20_000 + driftMs).toFixed(0)} ms, ` +
          `marked ${(markedMs - lastMs).toFixed(0)} ms after the last of it`,
      )
      assert.ok(Math.abs(driftMs) <= 100, `heard in ${20_000 + driftMs} ms`)
      assert.partialDeepStrictEqual(mark, { name: 'all twenty', state: 'played' })
      assert.ok(Math.abs(Number(mark?.['played_ms']) - 20_000) <= 10)
      assert.ok(markedMs - lastMs >= -40, `marked ${lastMs - markedMs} ms before the last of it was heard`)
      assert.ok(markedMs - saidMs >= 19_900, `marked ${markedMs - saidMs} ms after it was said`)
    })

    await t.test('D5, D7, D9, D10: what is played and what is cleared is told as it was', () => {
      const { app, phone } = interrupted
      const marks = app.of('mark')
      const played = marks.filter(({ state }) => state === 'played').map(({ name }) => name)
      const names = Array.from({ length: 12 }, (_, half) => `half ${half}`)
      assert.deepEqual(
        marks.map(({ name }) => name),
        [...names, 'after'],
      )
      assert.deepEqual(played, [...names.slice(0, played.length - 1), 'after'])
      const [cleared] = app.of('cleared')
      const heardMs = toneMs(phone.heard, 440)
      const toldMs = Number(marks.find(({ state }) => state === 'cleared')?.['played_ms'])
      assert.ok(
        Math.abs(toldMs + Number(cleared?.['dropped_ms']) - 6_000) <= 20,
        'nothing is unaccounted for',
      )
      assert.ok(Math.abs(heardMs - toldMs) <= 60, `heard ${heardMs} ms, told ${toldMs} ms`)
      assert.ok(heardMs >= 2_000 - 60 && heardMs < 3_000, `cut off in time: ${heardMs} ms`)
    })

    await t.test('D11: what is said after a clear is heard whole', () => {
      const ms = toneMs(interrupted.phone.heard, 1_000)
      assert.ok(Math.abs(ms - 500) <= 60, `${ms} ms of 500`)
    })

    await t.test('an app is told when too much waits, and when nothing does', () => {
      const states = interrupted.app.of('playback').map(({ state }) => state)
      assert.deepEqual(states.slice(0, 2), ['high', 'drained'])
      assert.equal(states.at(-1), 'drained')
    })

    await t.test('commands are answered, and done', () => {
      const [no, bye] = interrupted.app.of('ack')
      assert.partialDeepStrictEqual(no, { id: 'no', status: 'refused', code: 'not-understood' })
      assert.partialDeepStrictEqual(bye, { id: 'bye', status: 'accepted' })
      assert.deepEqual(interrupted.phone.end, { why: 'remote-hung-up' })
      assert.equal(interrupted.app.messages.at(-1)?.type, 'session.stop')
    })
  })
})
