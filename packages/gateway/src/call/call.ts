import { createId, sid, type CallId, type LegId, type StreamId, type TenantId, type TokenId } from '#kernel'
import type { FromMedia } from '#media'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { ask } from './ask.ts'
import type { CallLeg, LegWatcher } from './call-leg.ts'
import { callLegs, type CallLegs } from './call-legs.ts'
import { callCollector } from './collector.ts'
import { callRecords, type CallRecords } from './call-records.ts'
import type { CallCommand } from './commands.ts'
import type { IncomingCall, SignallingEnd } from './contract.ts'
import type { CallApp, CallDeps, EndReason } from './deps.ts'
import { Dialler, type Claim } from './dialler.ts'
import { CallError } from './error.ts'
import { failureReason, hangupReason } from './hangup-reason.ts'
import { incomingOrigin } from './incoming-origin.ts'
import type { Live } from './live.ts'
import { lastSteps, type LastStep } from './last-steps.ts'
import { LegListeners } from './leg-listeners.ts'
import { tellMedia } from './media-story.ts'
import type { CallStart, FirstLeg, Origin } from './origin.ts'
import type { ProgramParts } from './program.ts'
import { Programs } from './programs.ts'
import { srtpEntry, startReceipt } from './receipt.ts'
import { callConsent, type Consent } from './consent.ts'
import { ears, type Ears } from './ears.ts'
import { answerSource } from './hear-answer.ts'
import { callRecorder } from './recorder.ts'
import { measure } from './statistics.ts'
import type { Call, CallOptions, CallState, ClaimOf } from './running-call.ts'
import { callStreams, type StreamCommand } from './streams.ts'
import { callTranscriber, type Transcriber } from './transcriber.ts'
import { callVerification } from './verify.ts'

export type { Call, CallState, ClaimOf } from './running-call.ts'

/** Takes an incoming call over. Returns at once; never throws. */
export function startCall(
  deps: CallDeps,
  app: CallApp,
  incoming: IncomingCall,
  claimOf: ClaimOf = () => undefined,
): Call {
  return beginCall(deps, app, incomingOrigin(incoming), { claimOf })
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
  readonly #listeners = new LegListeners()
  readonly ears: Ears
  readonly consent: Consent
  readonly words: Transcriber
  readonly #parts: ProgramParts
  readonly #programs: Programs
  readonly #firstLeg: FirstLeg
  readonly #records: CallRecords
  readonly story: Live['story']
  readonly audit: Live['audit']
  readonly tell: Live['tell']
  readonly set: Live['set']
  readonly asking: Live['asking']
  readonly changeVariables: Call['changeVariables']
  #cancelLongest = () => {}
  #first: CallLeg | undefined
  #answered: Promise<void> | undefined
  #ending: Promise<void> | undefined
  /** Why the call is refused, which the signalling does not know when it tells that it was. */
  #refusal: EndReason = 'app-rejected'
  #answeredAtMs: number | undefined
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
    this.#records = callRecords(this, origin, this.#kept.promise)
    ;({ story: this.story, audit: this.audit, tell: this.tell } = this.#records)
    ;({ set: this.set, asking: this.asking, changeVariables: this.changeVariables } = this.#records)
    this.ears = ears(deps.media)
    const streams = callStreams(this)
    const recorder = callRecorder(this)
    const [dialler, collector] = [new Dialler(this, this), callCollector(this)]
    this.#parts = { live: this, streams, recorder, dialler, collector, verification: callVerification(this) }
    this.#programs = new Programs(this.#parts, {
      fail: (error) => void this.#fail(error),
      isReady: () => this.state === 'active' || origin.direction === 'inbound',
    })
    const stopRecording = () => recorder.stop()
    this.words = callTranscriber(this, { stopRecording })
    this.consent = callConsent(this, {
      bar: (isBarred) => recorder.bar(isBarred),
      allowed: () => this.state === 'active' && this.words.answered(),
      stopRecording,
      silence: () => (streams.close(), this.words.silence()),
      answers: (leg, language) => answerSource(this, leg, language),
    })
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
  get paying(): string | undefined {
    return this.#parts.collector.paying
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
      if (commands !== undefined) await this.#programs.begin(commands)
    } catch (error) {
      await this.#fail(error)
    }
  }

  describe() {
    const { id: call_id, state } = this
    const named = { call_id, call_sid: sid('CA', call_id), account_sid: this.app.accountSid, state }
    const variables = Object.keys(this.#records.variables).length > 0 && {
      variables: this.#records.variables,
    }
    return { ...named, ...this.#firstLeg.describe(), ...variables }
  }

  look() {
    return { leg: this.#first?.id, names: this.legs.names, receipt: this.receipt }
  }

  ask: CallStart['ask'] = async (type, data, action) => {
    const signal = this.#programs.first
    if (signal.aborted) return undefined
    const answer = await ask(this, type, data, signal, action)
    return answer === 'on' ? [] : answer
  }

  async command(commands: readonly CallCommand[], token?: TokenId): Promise<void> {
    if (this.state === 'ended' || this.signal.aborted) throw new CallError('CALL_ENDED', 'the call has ended')
    this.token = token ?? this.token
    await this.#programs.take(commands)
  }

  async fork(command: StreamCommand, token?: TokenId): Promise<StreamId> {
    if (this.state !== 'active' || this.signal.aborted) throw new CallError('CALL_ENDED', 'nobody talks')
    this.token = token ?? this.token
    return this.#parts.streams.fork(command)
  }

  takeOver(name: LegId, incoming: IncomingCall): boolean {
    const leg = this.legs.find(name)
    const isUp = leg !== undefined && (leg === this.#first || this.#parts.dialler.hasUp(leg))
    if (!isUp || this.state !== 'active') return false
    const { trunk } = incoming
    if (leg === this.#first) this.#parts.collector.stop('replaced')
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

  onMedia: Live['onMedia'] = (handler) => this.#listeners.onFirst(handler)
  onLeg: Live['onLeg'] = (leg, handler) => this.#listeners.onLeg(leg, handler)

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
    this.consent.promoted(leg)
    this.#parts.streams.close()
    this.#parts.collector.stop('replaced')
    if (old === undefined) return
    void old.hangup()
    const follow = async () => {
      await this.#parts.recorder.follow()
      await this.words.follow()
    }
    const followed = follow().catch((error: unknown) => {
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
    const answeredAtMs = this.deps.clock.now()
    this.#answeredAtMs = answeredAtMs
    const change = { state: 'active', answeredAtMs } as const
    await this.deps.keep.update(this.tenant, this.id, {
      ...change,
      ...(trunk !== this.#origin.trunk && { trunk }),
    })
    await this.audit('call.answered', { srtp: suite })
    void this.tell('call.answered')
    this.words.answered()
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
    if (event.kind === 'secure.digit') return this.#parts.collector.key(leg, event.digit)
    const isFirst = leg === this.#first
    this.#listeners.tell(leg, event, isFirst)
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
    this.#programs.stop(this.signal.reason)
    this.receipt.endReason = reason
    this.story('ended', { reason })
    this.deps.count('calls_ended', { reason })
    const hungUp = this.#first?.hangup(hangupReason(reason))
    this.#parts.streams.close()
    const underWay = Promise.all([hungUp, this.#firstLeg.settle(), this.#parts.dialler.close()])
    underWay.catch(() => {}) // the step that waits for it meets the failure
    await lastSteps(this.log, this.#lastSteps(reason, wasActive, endedAtMs, underWay))
    this.#cancelLongest()
    this.#settled.resolve()
  }

  /** What remains to be done of an ended call, in this order. */
  #lastSteps(
    reason: EndReason,
    wasActive: boolean,
    endedAtMs: number,
    underWay: Promise<unknown>,
  ): readonly LastStep[] {
    const { deps, id, tenant } = this
    const { direction, from, from_unverified, to } = this.#firstLeg.describe() // a withheld caller stays withheld
    const duration_ms = this.#answeredAtMs === undefined ? 0 : endedAtMs - this.#answeredAtMs
    const told = { reason, answered: wasActive, duration_ms, direction, from, from_unverified, to }
    const row = { state: 'ended', endedAtMs, endReason: reason, receipt: this.receipt } as const
    return [
      ['statistics', async () => wasActive && this.#first !== undefined && measure(this)],
      ['words', () => this.words.end()],
      ['recording', () => this.#parts.recorder.stop()],
      ['streams', () => this.#parts.streams.settled()],
      ['media', () => this.legs.closeAll()],
      ['signalling', () => underWay],
      ['collecting', () => this.#parts.collector.settled()],
      ['verification', () => this.#parts.verification.settled()],
      ['audit', () => deps.keep.end({ id, tenant, reason, endedAtMs, receipt: this.receipt })],
      ['row', () => deps.keep.update(tenant, id, { ...row, ladder: deps.keep.ladder(this.legs.names) })],
      // Last, so that an app that asks for the call at once finds it ended, receipt and all. An app that was never asked
      // would not know which call that was.
      ['event', async () => this.#records.isKnown && this.tell('call.ended', told)],
    ]
  }
}
