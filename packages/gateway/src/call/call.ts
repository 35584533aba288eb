import { createId, sid, type CallId, type LegId, type TenantId, type TokenId } from '#kernel'
import type { FromMedia } from '#media'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { ask } from './ask.ts'
import type { CallLeg, LegWatcher } from './call-leg.ts'
import { callLegs, type CallLegs } from './call-legs.ts'
import { isImmediate, type CallCommand } from './commands.ts'
import type { IncomingCall, SignallingEnd } from './contract.ts'
import type { CallApp, CallDeps, EndReason } from './deps.ts'
import { Dialler, type Claim } from './dialler.ts'
import { CallError } from './error.ts'
import { failureReason, hangupReason } from './hangup-reason.ts'
import { incomingOrigin } from './incoming-origin.ts'
import type { Live } from './live.ts'
import { tellMedia } from './media-story.ts'
import type { CallStart, FirstLeg, Origin } from './origin.ts'
import { runCommand, runProgram, type ProgramParts } from './program.ts'
import { qualityOf, srtpEntry, startReceipt } from './receipt.ts'
import { callRecorder } from './recorder.ts'
import { flatStats } from './statistics.ts'
import type { Call, CallState, ClaimOf } from './running-call.ts'
import { callStreams } from './streams.ts'

export type { Call, CallState, ClaimOf } from './running-call.ts'

const nobody: ClaimOf = () => undefined

/** Takes an incoming call over. Returns at once; never throws. */
export function startCall(
  deps: CallDeps,
  app: CallApp,
  incoming: IncomingCall,
  claimOf: ClaimOf = nobody,
): Call {
  return beginCall(deps, app, incomingOrigin(incoming), { claimOf })
}

interface CallOptions {
  /** On whose behalf it dials. */
  readonly token?: TokenId | undefined
  readonly claimOf: ClaimOf
}

/** Begins a call of whatever origin. */
export function beginCall(deps: CallDeps, app: CallApp, origin: Origin, options: CallOptions): Call {
  const call = new LiveCall(deps, app, origin, options)
  void call.begin()
  return call
}

class LiveCall implements Call, CallStart {
  readonly id: CallId
  readonly deps: CallDeps
  readonly app: CallApp
  readonly log: Live['log']
  readonly receipt: Live['receipt']
  readonly legs: CallLegs = callLegs()
  readonly #origin: Origin
  readonly #claimOf: ClaimOf
  readonly #over = new AbortController()
  readonly #kept = Promise.withResolvers<void>()
  readonly #settled = Promise.withResolvers<void>()
  readonly #mediaHandlers = new Set<(event: FromMedia) => void>()
  readonly #parts: ProgramParts
  readonly #firstLeg: FirstLeg
  #cancelLongest = () => {}
  #first: CallLeg | undefined
  /** What the call begins with; newer commands may take over before it does. */
  readonly #firstProgram = new AbortController()
  #program = this.#firstProgram
  #answered: Promise<void> | undefined
  #ending: Promise<void> | undefined
  /** Why the call is refused, which the signalling does not know when it tells that it was. */
  #refusal: EndReason = 'app-rejected'
  /** The app was asked about the call, or told of it. */
  #isKnown = false
  /** The first leg is one that the call dialled: nobody is left of those it began with. */
  #isHandedOn = false
  token: TokenId | undefined
  state: CallState = 'ringing'

  constructor(deps: CallDeps, app: CallApp, origin: Origin, { token, claimOf }: CallOptions) {
    this.id = createId('call', deps.clock.now(), deps.random)
    this.deps = deps
    this.app = app
    this.token = token
    this.#claimOf = claimOf
    this.#origin = origin
    this.log = deps.log.child({ callId: this.id })
    this.receipt = startReceipt(origin.security)
    const dialler = new Dialler(this, this)
    this.#parts = { live: this, streams: callStreams(this), recorder: callRecorder(this), dialler }
    this.#kept.promise.catch(() => {}) // whoever waits for it meets it
    this.#firstLeg = origin.start(this)
  }

  get signal(): AbortSignal {
    return this.#over.signal
  }
  get settled(): Promise<void> {
    return this.#settled.promise
  }
  get kept(): Promise<void> {
    return this.#kept.promise
  }
  get tenant(): TenantId {
    return this.#origin.tenant
  }
  get first(): CallLeg | undefined {
    return this.#first
  }
  get leg(): LegId {
    if (this.#first === undefined) throw new CallError('CALL_NO_MEDIA', 'the call has no leg yet')
    return this.#first.id
  }

  /** Keeps the call, and runs what the app says. */
  async begin(): Promise<void> {
    try {
      this.#keep().then(this.#kept.resolve, this.#kept.reject)
      const longest = () => void this.end('max-duration')
      this.#cancelLongest = this.deps.clock.set(this.deps.limits.maxDurationMs, longest)
      const commands = await this.#firstLeg.begin(this.kept)
      await this.kept
      const { signal } = this.#firstProgram
      if (commands !== undefined && !signal.aborted) await runProgram(this.#parts, commands, signal)
    } catch (error) {
      await this.#fail(error)
    }
  }

  describe() {
    const named = { call_id: this.id, call_sid: sid('CA', this.id), account_sid: this.app.accountSid }
    return { ...named, ...this.#firstLeg.describe() }
  }

  asking(): void {
    this.#isKnown = true
  }

  async ask(type: string, data: object): Promise<readonly CallCommand[] | undefined> {
    const { signal } = this.#firstProgram
    if (signal.aborted) return undefined
    const answer = await ask(this, type, data, signal)
    return answer === 'on' ? [] : answer
  }

  async command(commands: readonly CallCommand[], token?: TokenId): Promise<void> {
    if (this.state === 'ended' || this.signal.aborted) throw new CallError('CALL_ENDED', 'the call has ended')
    this.token = token ?? this.token
    if (commands.every(isImmediate)) {
      const run = this.#runAtOnce(commands)
      // Whoever commands does not wait for somebody to pick up.
      if (this.state === 'active' || this.#origin.direction === 'inbound') return run
      return void run.catch((error: unknown) => this.#fail(error))
    }
    this.#program.abort(new CallError('CALL_COMMANDED', 'newer commands took over'))
    this.#program = new AbortController()
    runProgram(this.#parts, commands, this.#program.signal).catch((error: unknown) => this.#fail(error))
  }

  async #runAtOnce(commands: readonly CallCommand[]): Promise<void> {
    for (const command of commands) await runCommand(this.#parts, command, this.signal)
  }

  takeOver(name: LegId, incoming: IncomingCall): boolean {
    const leg = this.legs.find(name)
    const isUp = leg !== undefined && (leg === this.#first || this.#parts.dialler.hasUp(leg))
    if (!isUp || this.state !== 'active') return false
    const { trunk } = incoming
    if (leg.takeOver(incoming, () => this.audit('leg.replacing', { trunk })))
      this.story('replaced', { trunk })
    return true
  }

  lend(name: LegId): Claim | undefined {
    const leg = this.legs.find(name)
    if (leg === undefined || this.state !== 'active') return undefined
    return leg === this.#first ? this.#parts.dialler.claim() : this.#lendFirst(leg)
  }

  /** The first leg, which talks with `named`. */
  #lendFirst(named: CallLeg): Claim | undefined {
    const leg = this.#first
    // A leg that took the first one's place is still the dialler's to settle.
    if (leg === undefined || this.#isHandedOn || !this.#parts.dialler.talksWith(named)) return undefined
    const take = () => {
      const taken = this.state === 'active' && this.#first === leg ? this.#firstLeg.surrender() : undefined
      if (taken === undefined) return undefined
      this.#first = undefined
      this.legs.release(leg)
      void this.end('transferred')
      return taken
    }
    return { leg, prepare: () => this.#parts.recorder.suspend(), take }
  }

  claim(name: LegId): Claim | undefined {
    return this.#claimOf(name, this)
  }

  end(reason: EndReason): Promise<void> {
    this.#ending ??= this.#finish(reason)
    return this.#ending
  }

  ensureAnswered(): Promise<void> {
    this.#answered ??= this.#firstLeg.answer()
    return this.#answered
  }

  prepare(): Promise<void> {
    return this.#firstLeg.prepare()
  }

  early(): void {
    if (this.state !== 'ringing') return
    this.#firstLeg.early()
    this.#parts.dialler.changed()
  }

  reject(status: number, reason: EndReason): Promise<void> {
    this.refuse(status, reason)
    return this.end(reason)
  }

  refuse(status: number, reason: EndReason): void {
    this.#refusal = reason
    this.#firstLeg.refuse(status)
  }

  story: Live['story'] = (kind, fields = {}) => this.deps.keep.story(this.id, this.tenant, kind, fields)

  audit: Live['audit'] = async (type, fields = {}) => {
    const { id: call, tenant } = this
    try {
      await this.deps.keep.audit({ type, tenant, call, actor: 'gateway', fields })
    } catch (cause) {
      void this.end('audit-failed')
      throw new CallError('CALL_AUDIT', 'the audit log does not take entries', { cause })
    }
  }

  tell: Live['tell'] = async (type, data = {}) => {
    this.#isKnown = true
    const id = createId('evt', this.deps.clock.now(), this.deps.random)
    await this.app
      .tell({ id, type, call: this.id, data: { call_id: this.id, ...data } })
      .catch((error: unknown) => {
        this.log.error('event could not be queued', { type, error })
        this.deps.count('events_lost')
      })
  }

  onMedia(handler: (event: FromMedia) => void): () => void {
    this.#mediaHandlers.add(handler)
    return () => void this.#mediaHandlers.delete(handler)
  }

  watch(leg: () => CallLeg): LegWatcher {
    return {
      ended: (why) => this.#legEnded(leg(), why),
      changed: ({ direction, codec }) => {
        this.story('media.changed', { direction, codec, ...(leg() !== this.#first && { leg: 'dialled' }) })
        this.#parts.dialler.changed()
      },
      refer: (request) => this.#parts.dialler.refer(leg(), request),
      media: (event) => this.#onMedia(leg(), event),
    }
  }

  setFirst(leg: CallLeg): void {
    this.#first = leg
    this.legs.add(leg)
  }

  promote(leg: CallLeg): void {
    const old = this.#first
    this.#first = leg
    this.#isHandedOn = true
    this.#parts.streams.closeAll()
    if (old === undefined) return
    void old.hangup()
    const followed = this.#parts.recorder.follow().catch((error: unknown) => {
      this.log.error('recording could not go on with another leg', { error })
    })
    void followed.then(() => old.close()).then(() => this.legs.release(old))
  }

  async answered(audio: NegotiatedAudio): Promise<void> {
    this.state = 'active'
    this.#parts.dialler.changed() // whoever was dialled before the answer is heard from now on
    this.receipt.srtp = srtpEntry(audio)
    const { suite } = this.receipt.srtp
    const trunk = this.#first?.trunk ?? this.#origin.trunk
    this.story('answered', { codec: audio.codec, srtp: suite, ptimeMs: audio.ptimeMs })
    const change = { state: 'active', answeredAtMs: this.deps.clock.now() } as const
    await this.deps.keep.update(this.tenant, this.id, {
      ...change,
      ...(trunk !== this.#origin.trunk && { trunk }),
    })
    await this.audit('call.answered', { srtp: suite })
    void this.tell('call.answered')
  }

  async #keep(): Promise<void> {
    const { tenant, app, trunk, direction, from, to, variables, audit } = this.#origin
    const startedAtMs = this.deps.clock.now()
    const row = { id: this.id, tenant, app, trunk, direction, from, to, startedAtMs }
    const kept = this.deps.keep.begin({ ...row, ...(variables && { variables }) })
    const audited = this.audit(audit.type, audit.fields)
    await kept
    await audited
  }

  #legEnded(leg: CallLeg, why: SignallingEnd): void {
    const { dialler } = this.#parts
    if (leg !== this.#first)
      return dialler.legEnded(leg, why === 'connection-lost' ? 'connection-lost' : 'callee-hung-up')
    if (dialler.firstLeft()) return
    const reason = this.#isHandedOn ? 'callee-hung-up' : this.#firstLeg.reasonOf(why)
    void this.end(reason ?? this.#refusal)
  }

  #onMedia(leg: CallLeg, event: FromMedia): void {
    const isFirst = leg === this.#first
    // A stream or a recording stays with the leg it began with; its keys are the first one's only.
    if (isFirst || event.kind !== 'dtmf') for (const handler of this.#mediaHandlers) handler(event)
    tellMedia(this, event, isFirst)
    if (event.kind !== 'media.silent') return
    if (!isFirst) this.#parts.dialler.legEnded(leg, 'media-silent')
    else if (this.state === 'active') void this.end('media-silent')
  }

  async #fail(error: unknown): Promise<void> {
    if (this.signal.aborted) return
    this.log.error('call failed', { error })
    await this.end(failureReason(error))
  }

  async #finish(reason: EndReason): Promise<void> {
    const wasActive = this.state === 'active'
    this.state = 'ended'
    const endedAtMs = this.deps.clock.now()
    this.#over.abort(new CallError('CALL_ENDED', 'the call has ended'))
    this.#program.abort(this.signal.reason)
    this.receipt.endReason = reason
    this.story('ended', { reason })
    this.deps.count('calls_ended', { reason })
    const hungUp = this.#first?.hangup(hangupReason(reason))
    this.#parts.streams.closeAll()
    const underWay = Promise.all([hungUp, this.#firstLeg.settle(), this.#parts.dialler.close()])
    underWay.catch(() => {}) // the step that waits for it meets the failure
    for (const [what, step] of this.#lastSteps(reason, wasActive, endedAtMs, underWay)) {
      try {
        await step()
      } catch (error) {
        this.log.error('call could not be settled in full', { step: what, error })
      }
    }
    this.#cancelLongest()
    this.#settled.resolve()
  }

  /** What remains to be done of an ended call, in this order. */
  #lastSteps(
    reason: EndReason,
    wasActive: boolean,
    endedAtMs: number,
    underWay: Promise<unknown>,
  ): readonly (readonly [what: string, step: () => Promise<unknown>])[] {
    const { deps, id, tenant } = this
    const { direction, from, from_unverified, to } = this.#firstLeg.describe() // a withheld caller stays withheld
    const told = { reason, answered: wasActive, direction, from, from_unverified, to }
    const row = { state: 'ended', endedAtMs, endReason: reason, receipt: this.receipt } as const
    const ladder = () => deps.keep.ladder(this.legs.names)
    return [
      ['statistics', async () => wasActive && this.#first !== undefined && this.#measure()],
      ['recording', () => this.#parts.recorder.stop()],
      ['streams', () => this.#parts.streams.settled()],
      ['media', () => this.legs.closeAll()],
      ['signalling', () => underWay],
      ['audit', () => deps.keep.end({ id, tenant, reason, endedAtMs, receipt: this.receipt })],
      ['row', () => deps.keep.update(tenant, id, { ...row, ladder: ladder() })],
      // Last, so that an app that asks for the call at once finds it ended, receipt and all. An app that was never asked
      // would not know which call that was.
      ['event', async () => this.#isKnown && this.tell('call.ended', told)],
    ]
  }

  async #measure(): Promise<void> {
    const stats = await this.deps.media.stats(this.leg)
    this.receipt.quality = qualityOf(stats)
    this.story('statistics', flatStats(stats))
  }
}
