import assert from 'node:assert/strict'
import { placeCall, type CallOptions, type CallResult } from '@voxkeep/softphone'
import type { GatewayProcess } from './gateway-process.ts'
import { gapsIn, numberedSpeech, numbersIn } from './numbered-speech.ts'
import { watch } from './watch.ts'

/** A call with an echoing app that goes on while a test does its worst to the gateway; every 20 ms of it is numbered. */
export interface SteadyCall extends AsyncDisposable {
  /** Where the gateway takes the caller's audio. */
  readonly media: { readonly address: string; readonly port: number }
  /** Every SRTP packet that the caller has sent. */
  readonly sent: readonly Uint8Array[]
  /** How long each frame took to the app and back, in ms, in the order they came back. */
  readonly roundTripsMs: readonly number[]
  /** Resolves when so much more audio, in seconds, has come back: the call lives. */
  lives(seconds: number): Promise<void>
  /** Hangs up; what the call came to. */
  end(): Promise<SteadyEnd>
}

export interface SteadyEnd {
  /** Of the caller at the app, and of the app's echo at the caller. */
  readonly atApp: ReturnType<typeof gapsIn>
  readonly inEcho: ReturnType<typeof gapsIn>
  /** How often the phone itself, which shares this process with the attacker, was late by more than 100 ms. */
  readonly stalls: number
  /** Frames of 20 ms that came back. */
  readonly frames: number
  readonly reason: unknown
  /** The last line but one of the call's story. */
  readonly statistics: Readonly<Record<string, unknown>>
  readonly phone: CallResult
}

const framesPerSecond = 50
const stallMs = 100
/** A caller whose packets are late from one moment on is believed after half a second. */
const framesPerStall = 30

/** Resolves when the echo of the call has begun to come back. Each steady call of a gateway calls another name. */
export async function startSteadyCall(
  gateway: GatewayProcess,
  to: string,
  options: Pick<CallOptions, 'suites'> = {},
): Promise<SteadyCall> {
  const { changed, until } = watch()
  const sent: Uint8Array[] = []
  const echo: number[] = []
  const saidMs: number[] = []
  const roundTripsMs: number[] = []
  const numbered = numberedSpeech()
  let media: SteadyCall['media'] | undefined
  let sentMs = Infinity
  let stalls = 0
  const hangUp = new AbortController()
  const calling = placeCall({
    host: '127.0.0.1',
    port: gateway.sipPort,
    ca: gateway.deployment.caPem,
    from: '+12025550142',
    to,
    speech() {
      saidMs.push(performance.now())
      return numbered.speech()
    },
    onSent(datagram, target) {
      const nowMs = performance.now()
      if (nowMs - sentMs > stallMs) stalls += 1
      sentMs = nowMs
      media = target
      sent.push(datagram)
    },
    onPayload(payload) {
      for (const number of numbersIn(payload)) {
        echo.push(number)
        roundTripsMs.push(performance.now() - (saidMs[number] ?? NaN))
      }
      changed()
    },
    signal: hangUp.signal,
    ...options,
  })
  const lives: SteadyCall['lives'] = async (seconds) => {
    const wanted = echo.length + seconds * framesPerSecond
    const over = calling.then(({ end }) => Promise.reject(new Error(`the call is over: ${end.why}`)))
    await Promise.race([until(`${seconds} s of echo`, () => echo.length >= wanted, 20_000), over])
  }
  const end = async (): Promise<SteadyEnd> => {
    hangUp.abort()
    const phone = await calling
    const call = gateway.app.call(to)
    const { reason } = await call.told('call.ended')
    const { story } = await gateway.api.calls.get(await call.id())
    return {
      atApp: gapsIn(numbersIn((await call.stream()).ulaw())),
      inEcho: gapsIn(echo),
      stalls,
      frames: echo.length,
      reason,
      statistics: story.find(({ kind }) => kind === 'statistics')?.fields ?? {},
      phone,
    }
  }
  await lives(1)
  assert.ok(media)
  const owned = { media, sent, roundTripsMs, lives, end }
  return { ...owned, [Symbol.asyncDispose]: async () => (hangUp.abort(), void (await calling)) }
}

/**
 * Asserts that nothing was done to the call. One frame in a hundred may be late on a machine that is busy with the
 * attack as well; an attack that works costs more.
 */
export function assertUntouched({ phone, ...end }: SteadyEnd): void {
  const { atApp, inEcho, frames, reason, stalls } = end
  assert.equal(reason, 'caller-hung-up')
  assert.deepEqual(phone.end, { why: 'hung-up' })
  const missing = Math.max(atApp.missing, inEcho.missing) // what the app has not heard it cannot say back
  assert.ok(
    missing <= Math.ceil(frames / 100) + stalls * framesPerStall &&
      atApp.disordered + inEcho.disordered === 0,
    JSON.stringify(end),
  )
  assert.deepEqual(phone.stats.dropped, {})
}
