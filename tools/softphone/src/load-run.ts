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
import { LoadLeg } from './load-leg.ts'
import { loadMeasure, type LoadMeasure } from './load-measure.ts'
import { openLoadSocket, type LoadSocket } from './load-sockets.ts'
import { localMedia } from './local-media.ts'
import type { OutgoingCall } from './outgoing-call.ts'
import type { ConnectionOptions } from './sip-connection.ts'
import { uriOf } from './sip-names.ts'
import { openTrunk, type SipTrunk } from './sip-trunk.ts'
import { slotScheduler, type SlotScheduler } from './slot-scheduler.ts'
import { atMost, wait } from './wait.ts'

export type LoadPhase = 'ramp' | 'steady' | 'ending'

export interface LoadOptions extends ConnectionOptions {
  readonly from: string
  readonly to: string
  readonly auth?: Credentials
  readonly calls: number
  readonly ratePerSecond: number
  /** How long to measure once all calls are up. */
  readonly seconds: number
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

/** All calls of one load run. */
export class LoadRun implements AsyncDisposable {
  readonly #options: LoadOptions
  readonly #clock: SoftphoneClock
  readonly #trunks: readonly SipTrunk[]
  readonly #sockets: readonly LoadSocket[]
  readonly #scheduler: SlotScheduler
  readonly #measure = loadMeasure()
  readonly #up = new Set<OutgoingCall>()
  readonly #failures: Record<string, number> = {}
  readonly #settled = new Set<Promise<void>>()
  #answered = 0
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
    this.#scheduler = slotScheduler(clock, frameMs)
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
      this.#settled.add(this.#place(index))
    }
    await atMost(this.#clock, answerTimeoutMs, Promise.all(this.#settled), signal)
  }

  /** Frames count from now until the returned function is called. */
  measure(): () => MeasuredInterval {
    const startedMs = this.#clock.monotonicMs()
    const cpu = process.cpuUsage()
    this.#measure.measuring = true
    return () => {
      this.#measure.measuring = false
      const { user, system } = process.cpuUsage(cpu)
      return { wallMs: this.#clock.monotonicMs() - startedMs, ownCpuMs: (user + system) / 1_000 }
    }
  }

  get measured(): MeasuredRun {
    return {
      calls: this.#options.calls,
      answered: this.#answered,
      failures: this.#failures,
      measure: this.#measure,
      scheduler: this.#scheduler,
    }
  }

  /** Ends all calls; resolves when the gateway has taken leave of each. */
  async hangup(): Promise<void> {
    this.#isEnding = true
    const over = Promise.withResolvers<void>()
    this.#onEmpty = over.resolve
    for (const call of this.#up) call.hangup()
    if (this.#up.size > 0) await atMost(this.#clock, answerTimeoutMs, over.promise)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true
    this.#scheduler.stop()
    for (const trunk of this.#trunks) trunk.close()
    for (const socket of this.#sockets) socket.close()
  }

  #onEmpty: () => void = () => {}

  /** Resolves once the call is answered or has failed. */
  #place(index: number): Promise<void> {
    const trunk = this.#trunks[index % this.#trunks.length]
    const socket = this.#sockets[index % this.#sockets.length]
    if (trunk === undefined || socket === undefined) return Promise.resolve()
    const { from, to, host, auth, suite = 'AES_CM_128_HMAC_SHA1_80' } = this.#options
    const { sdp, state } = createOffer(capabilities(suite), localMedia(trunk.local.address, socket.port))
    const startedMs = this.#clock.monotonicMs()
    const settled = Promise.withResolvers<void>()
    let stop: (() => void) | undefined
    const setup = {
      from: uriOf(from, host),
      to: uriOf(to, host),
      offer: sdp,
      ...(auth && { credentials: auth }),
    }
    const call = trunk.call(setup, {
      onAnswered: (answer) => {
        this.#measure.setup.add(this.#clock.monotonicMs() - startedMs)
        stop = this.#speak(index, socket, state, answer)
        if (stop === undefined) call.hangup()
        settled.resolve()
      },
      onEnded: (end) => {
        stop?.()
        this.#onEnded(call, end)
        settled.resolve()
      },
    })
    this.#up.add(call)
    return settled.promise
  }

  #speak(index: number, socket: LoadSocket, state: OfferState, sdp: Uint8Array): (() => void) | undefined {
    const answer = acceptAnswer(state, sdp)
    if (!answer.ok) {
      this.#fail(`answer: ${answer.reason}`)
      return undefined
    }
    const { audio } = answer
    const leg = new LoadLeg({ call: index & 0xffff, audio, measure: this.#measure, send: socket.send })
    socket.route(audio.remote.port, leg)
    this.#answered += 1
    return this.#scheduler.add(leg)
  }

  #onEnded(call: OutgoingCall, end: CallEnd): void {
    this.#up.delete(call)
    if (!this.#isEnding && end.why !== 'hung-up') {
      this.#fail(end.why === 'rejected' ? `rejected ${end.status}` : end.why)
    }
    if (this.#up.size === 0) this.#onEmpty()
  }

  #fail(reason: string): void {
    this.#failures[reason] = (this.#failures[reason] ?? 0) + 1
  }
}

function capabilities(suite: SrtpSuite): AudioCapabilities {
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
