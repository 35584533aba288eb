import {
  acceptAnswer,
  createOffer,
  type AudioCapabilities,
  type OfferState,
  type SrtpSuite,
} from '@voxkeep/wire/sdp'
import type { Credentials } from './authorize.ts'
import type { CallEnd } from './call-end.ts'
import type { SoftphoneClock } from './clock.ts'
import type { LoadCalls } from './load-calls.ts'
import { LoadLeg } from './load-leg.ts'
import type { LoadMeasure } from './load-measure.ts'
import { LoadMeter } from './load-meter.ts'
import { openLoadSocket, type LoadSocket } from './load-sockets.ts'
import { localMedia } from './local-media.ts'
import type { OutgoingCall } from './outgoing-call.ts'
import type { ConnectionOptions } from './sip-connection.ts'
import { uriOf } from './sip-names.ts'
import { openTrunk, type SipTrunk } from './sip-trunk.ts'
import type { SlotScheduler } from './slot-scheduler.ts'
import { atMost, wait } from './wait.ts'

/** `up`: all calls are. `steady` and `ending` come once a round. */
export type LoadPhase = 'ramp' | 'up' | 'steady' | 'ending'

/** The calls are placed by the gateway, and taken here. */
export interface LoadAnswer {
  readonly port: number
  /** PEM. */
  readonly cert: string
  readonly key: string
  /** The gateway bridges them in pairs. */
  readonly bridged?: boolean
}

export interface LoadOptions extends ConnectionOptions {
  readonly from: string
  readonly to: string
  readonly auth?: Credentials
  readonly calls: number
  readonly ratePerSecond: number
  /** How long to measure once all calls are up. */
  readonly seconds: number
  /** How often to measure for so long. Default 1. */
  readonly rounds?: number
  /** Take calls instead of placing them: `calls` of them, on `answer.port` of `host`; then `port`, `from` and `to` are not used. */
  readonly answer?: LoadAnswer
  /** Hang one call up this often and place another in its stead. Default: never. */
  readonly churnMs?: number
  /** Between the last answer and measuring, for streams to open. Default 2,000. */
  readonly settleMs?: number
  /** Between measuring and hanging up, for the last echoes. Default 500. */
  readonly drainMs?: number
  /** TLS connections that share the calls. Default: one for each 50 calls. */
  readonly connections?: number
  /** Default AES-128-CM with the 80-bit tag, which carriers use. */
  readonly suite?: SrtpSuite
  readonly onPhase?: (phase: LoadPhase) => void
  readonly clock?: SoftphoneClock
}

/** One interval's own cost, to be told apart from the gateway's. */
export interface MeasuredInterval {
  readonly wallMs: number
  readonly ownCpuMs: number
}

export interface MeasuredRun {
  readonly calls: number
  readonly answered: number
  /** Calls that did not come up, or ended before they were hung up, by reason. */
  readonly failures: Readonly<Record<string, number>>
  readonly measure: LoadMeasure
  readonly scheduler: SlotScheduler
}

const frameMs = 20
const callsPerConnection = 50
const callsPerSocket = 16
const answerTimeoutMs = 15_000
const lastEchoMs = 1_000
/** Calls that are replaced faster than this end at once: too short to be measured, they are to be set up. */
const audibleChurnMs = 100
/** Of a call that begins while others are measured: its stream is open by then. */
const uncountedFrames = 100

/** All calls of one load run that this side places. */
export class LoadRun implements LoadCalls {
  readonly #options: LoadOptions
  readonly #clock: SoftphoneClock
  readonly #trunks: readonly SipTrunk[]
  readonly #sockets: readonly LoadSocket[]
  readonly #meter: LoadMeter
  /** In the order they were placed; what stops its audio, once it has some. */
  readonly #up = new Map<OutgoingCall, (() => void) | undefined>()
  /** Calls that we end before the run does. */
  readonly #leaving = new Set<OutgoingCall>()
  readonly #settled = new Set<Promise<void>>()
  #placed = 0
  #cancelChurn = () => {}
  #isEnding = false

  private constructor(
    options: LoadOptions,
    clock: SoftphoneClock,
    trunks: readonly SipTrunk[],
    sockets: readonly LoadSocket[],
  ) {
    this.#options = options
    this.#clock = clock
    this.#trunks = trunks
    this.#sockets = sockets
    this.#meter = new LoadMeter(options.calls, clock)
  }

  static async open(options: LoadOptions, clock: SoftphoneClock): Promise<LoadRun> {
    await using stack = new AsyncDisposableStack()
    const count = options.connections ?? Math.ceil(options.calls / callsPerConnection)
    const trunks = await Promise.all(
      Array.from({ length: count }, async () =>
        stack.adopt(await openTrunk(options, clock), async (trunk) => trunk.close()),
      ),
    )
    const address = trunks[0]?.local.address ?? ''
    const sockets = await Promise.all(
      Array.from({ length: Math.ceil(options.calls / callsPerSocket) }, async () =>
        stack.adopt(await openLoadSocket(address, clock), async (socket) => socket.close()),
      ),
    )
    stack.move()
    return new LoadRun(options, clock, trunks, sockets)
  }

  /** Places the calls at the agreed rate; resolves when each is answered, has failed, or took too long. */
  async ramp(signal?: AbortSignal): Promise<void> {
    const { calls, ratePerSecond } = this.#options
    const startMs = this.#clock.monotonicMs()
    for (let index = 0; index < calls; index += 1) {
      const dueMs = startMs + (index * 1_000) / ratePerSecond
      const aheadMs = dueMs - this.#clock.monotonicMs()
      if (aheadMs > 0) await wait(this.#clock, aheadMs, signal)
      this.#settled.add(this.#place())
    }
    await atMost(this.#clock, answerTimeoutMs, Promise.all(this.#settled), signal)
    this.#churnLater()
  }

  measure(): () => MeasuredInterval {
    return this.#meter.measure()
  }

  get measured(): MeasuredRun {
    return this.#meter.measured
  }

  renew(): void {
    this.#meter.measures.renew()
  }

  /** Ends all calls; resolves when the gateway has taken leave of each. */
  async hangup(): Promise<void> {
    this.#isEnding = true
    this.#cancelChurn()
    const over = Promise.withResolvers<void>()
    this.#onEmpty = over.resolve
    for (const call of this.#up.keys()) call.hangup()
    if (this.#up.size > 0) await atMost(this.#clock, answerTimeoutMs, over.promise)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    this.#cancelChurn()
    this.#meter.stop()
    for (const trunk of this.#trunks) trunk.close()
    for (const socket of this.#sockets) socket.close()
  }

  #onEmpty: () => void = () => {}

  /** Resolves once the call is answered or has failed. */
  #place(): Promise<void> {
    const index = this.#placed
    this.#placed += 1
    const trunk = this.#trunks[index % this.#trunks.length]
    const socket = this.#sockets[index % this.#sockets.length]
    if (trunk === undefined || socket === undefined) return Promise.resolve()
    const { from, to, host, auth, suite = 'AES_CM_128_HMAC_SHA1_80' } = this.#options
    const { sdp, state } = createOffer(loadCapabilities(suite), localMedia(trunk.local.address, socket.port))
    const startedMs = this.#clock.monotonicMs()
    const settled = Promise.withResolvers<void>()
    const setup = {
      from: uriOf(from, host),
      to: uriOf(to, host),
      offer: sdp,
      ...(auth && { credentials: auth }),
    }
    const call = trunk.call(setup, {
      onAnswered: (answer) => {
        this.#meter.measures.current.setup.add(this.#clock.monotonicMs() - startedMs)
        const stop = this.#speak(index, socket, state, answer)
        if (stop === undefined) call.hangup()
        else this.#up.set(call, stop)
        settled.resolve()
      },
      onEnded: (end) => {
        this.#onEnded(call, end)
        settled.resolve()
      },
    })
    this.#up.set(call, undefined)
    return settled.promise
  }

  #speak(index: number, socket: LoadSocket, state: OfferState, sdp: Uint8Array): (() => void) | undefined {
    const answer = acceptAnswer(state, sdp)
    if (!answer.ok) {
      this.#meter.fail(`answer: ${answer.reason}`)
      return undefined
    }
    const { audio } = answer
    const leg = new LoadLeg({
      uncounted: index < this.#options.calls ? 0 : uncountedFrames,
      call: index & 0xffff,
      audio,
      measures: this.#meter.measures,
      send: socket.send,
    })
    socket.route(audio.remote.port, leg)
    return this.#meter.speak(leg)
  }

  #onEnded(call: OutgoingCall, end: CallEnd): void {
    this.#up.get(call)?.()
    this.#up.delete(call)
    const isOurs = this.#leaving.delete(call) && end.why === 'hung-up'
    if (!this.#isEnding && end.why !== 'hung-up') {
      this.#meter.fail(end.why === 'rejected' ? `rejected ${end.status}` : end.why)
    }
    if (isOurs && !this.#isEnding) void this.#place()
    if (this.#up.size === 0) this.#onEmpty()
  }

  #churnLater(): void {
    const { churnMs } = this.#options
    if (churnMs === undefined) return
    this.#cancelChurn = this.#clock.set(churnMs, () => {
      this.#endOldest()
      this.#churnLater()
    })
  }

  /** It falls silent first, so that no frame of its is on the way when it ends. */
  #endOldest(): void {
    for (const [call, stop] of this.#up) {
      if (stop === undefined || this.#leaving.has(call)) continue
      this.#leaving.add(call)
      stop()
      const isAudible = (this.#options.churnMs ?? 0) >= audibleChurnMs
      this.#clock.set(isAudible ? lastEchoMs : 0, () => call.hangup())
      return
    }
  }
}

/** What a load run's phones can do. */
export function loadCapabilities(suite: SrtpSuite): AudioCapabilities {
  return {
    codecs: ['PCMU'],
    dtmf: false,
    ptimeMs: frameMs,
    suites: [suite],
    profile: 'required',
    allowAvpWithCrypto: false,
    dangerouslyAllowPlainRtp: false,
  }
}
