import { createId, sid, type CallId } from '#kernel'
import type { FromMedia } from '#media'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import { isImmediate, type CallCommand } from './commands.ts'
import type { IncomingCall, SignallingEnd } from './contract.ts'
import type { CallApp, CallDeps, EndReason } from './deps.ts'
import { CallError } from './error.ts'
import { legMedia, type LegMedia } from './leg-media.ts'
import type { Live } from './live.ts'
import { ask, runCommand, runProgram, type ProgramParts } from './program.ts'
import { startReceipt } from './receipt.ts'
import { callRecorder } from './recorder.ts'
import { callStreams } from './streams.ts'

export type CallState = 'ringing' | 'active' | 'ended'

/** One conversation, from the INVITE to the receipt. */
export interface Call {
  readonly id: CallId
  readonly state: CallState
  /** Runs commands in mid-call: immediate ones beside what goes on, any other list in its place. Rejects with `CALL_ENDED`. */
  command(commands: readonly CallCommand[]): Promise<void>
  end(reason: EndReason): Promise<void>
  /** Resolves when everything of the call is settled and stored. */
  readonly settled: Promise<void>
}

/** Takes an incoming call over. Returns at once; never throws. */
export function startCall(deps: CallDeps, app: CallApp, incoming: IncomingCall): Call {
  const call = new LiveCall(deps, app, incoming)
  void call.begin()
  return call
}

class LiveCall implements Call, Live {
  readonly id: CallId
  readonly deps: CallDeps
  readonly app: CallApp
  readonly incoming: IncomingCall
  readonly log: Live['log']
  readonly receipt: Live['receipt']
  readonly #over = new AbortController()
  readonly #settled = Promise.withResolvers<void>()
  readonly #mediaHandlers = new Set<(event: FromMedia) => void>()
  readonly #parts: ProgramParts
  readonly #opened: Promise<LegMedia>
  readonly #cleanUp: (() => void)[] = []
  #program = new AbortController()
  #answered: Promise<void> | undefined
  #ending: Promise<void> | undefined
  #media: LegMedia | undefined
  /** Why the call is refused, which the signalling does not know when it tells that it was. */
  #refusal: EndReason = 'app-rejected'
  state: CallState = 'ringing'

  constructor(deps: CallDeps, app: CallApp, incoming: IncomingCall) {
    this.id = createId('call', deps.clock.now(), deps.random)
    this.deps = deps
    this.app = app
    this.incoming = incoming
    this.log = deps.log.child({ callId: this.id })
    this.receipt = startReceipt(incoming.security)
    this.#parts = { live: this, streams: callStreams(this), recorder: callRecorder(this) }
    incoming.signalling.listen({
      ended: (why) => void this.end(why === 'rejected' ? this.#refusal : fromSignalling(why)),
      reoffer: (offer) => this.#reoffer(offer),
      dtmf: (digit, durationMs) => this.#digitByInfo(digit, durationMs),
    })
    this.#cleanUp.push(deps.media.onLeg(incoming.leg, (event) => this.#onMedia(event)))
    this.#opened = this.#openMedia()
    this.#opened.catch(() => {}) // whoever answers the call meets the failure
  }

  get signal(): AbortSignal {
    return this.#over.signal
  }
  get settled(): Promise<void> {
    return this.#settled.promise
  }

  /** Keeps the call, asks the app, and runs what it says. */
  async begin(): Promise<void> {
    const { incoming, deps } = this
    try {
      incoming.signalling.ring()
      const kept = deps.keep.begin({
        id: this.id,
        tenant: incoming.tenant,
        app: incoming.app,
        trunk: incoming.trunk,
        from: incoming.from,
        to: incoming.to,
        startedAtMs: deps.clock.now(),
      })
      const audited = this.audit('call.received', {
        trunk: incoming.trunk,
        source: incoming.security.sourceAddress,
        tls: incoming.security.tlsVersion,
        cipher: incoming.security.cipher,
      })
      this.#cleanUp.push(deps.clock.set(deps.limits.maxDurationMs, () => void this.end('max-duration')))
      const asked = ask(this, 'call.incoming', this.describe(), this.#program.signal)
      await kept
      await audited
      const commands = await asked
      if (commands !== undefined && commands !== 'on')
        await runProgram(this.#parts, commands, this.#program.signal)
    } catch (error) {
      await this.#fail(error)
    }
  }

  /** What every decision webhook says about the call. */
  describe(): object {
    const { incoming } = this
    return {
      call_id: this.id,
      call_sid: sid('CA', this.id),
      account_sid: this.app.accountSid,
      direction: 'inbound',
      from: incoming.from,
      to: incoming.to,
      trunk: incoming.trunk,
      transport: {
        sip_tls: incoming.security.tlsVersion,
        cipher: incoming.security.cipher,
        group: incoming.security.group,
      },
    }
  }

  async command(commands: readonly CallCommand[]): Promise<void> {
    if (this.state === 'ended' || this.signal.aborted) throw new CallError('CALL_ENDED', 'the call has ended')
    if (commands.every(isImmediate)) {
      for (const command of commands) await runCommand(this.#parts, command, this.signal)
      return
    }
    this.#program.abort(new CallError('CALL_COMMANDED', 'newer commands took over'))
    this.#program = new AbortController()
    runProgram(this.#parts, commands, this.#program.signal).catch((error: unknown) => this.#fail(error))
  }

  end(reason: EndReason): Promise<void> {
    this.#ending ??= this.#finish(reason)
    return this.#ending
  }

  ensureAnswered(): Promise<void> {
    this.#answered ??= this.#answer()
    return this.#answered
  }

  reject(status: number, reason: EndReason): Promise<void> {
    this.#refuse(status, reason)
    return this.end(reason)
  }

  story: Live['story'] = (kind, fields = {}) =>
    this.deps.keep.story(this.id, this.incoming.tenant, kind, fields)

  audit: Live['audit'] = async (type, fields = {}) => {
    try {
      await this.deps.keep.audit({
        type,
        tenant: this.incoming.tenant,
        call: this.id,
        actor: 'gateway',
        fields,
      })
    } catch (cause) {
      void this.end('audit-failed')
      throw new CallError('CALL_AUDIT', 'the audit log does not take entries', { cause })
    }
  }

  tell: Live['tell'] = async (type, data = {}) => {
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

  #onMedia(event: FromMedia): void {
    for (const handler of this.#mediaHandlers) handler(event)
    if (event.kind === 'media.silent') void this.end('media-silent')
    else if (event.kind === 'warning') this.story('warning', { code: event.code, count: event.count })
    else if (event.kind === 'media.started') this.story('media.started')
  }

  #digitByInfo(digit: string, durationMs: number): void {
    const { leg } = this.incoming
    this.deps.media.tellDigit(leg, digit)
    this.#onMedia({ kind: 'dtmf', leg, digit, durationMs })
  }

  async #openMedia(): Promise<LegMedia> {
    const { rtpPort } = await this.deps.media.open(this.incoming.leg)
    const address = this.deps.advertisedAddress ?? this.incoming.localAddress
    this.#media = legMedia(this.incoming, { address, port: rtpPort, random: this.deps.random, ptimeMs: 20 })
    return this.#media
  }

  async #answer(): Promise<void> {
    const { signalling, offer, leg } = this.incoming
    const media = await this.#opened.catch((cause: unknown) => {
      this.#refuse(503, 'over-capacity')
      throw new CallError('CALL_NO_MEDIA', 'no media port could be had', { cause })
    })
    this.signal.throwIfAborted()
    if (offer === undefined) {
      const accepted = media.accept(await signalling.answer(media.offer()))
      if (!accepted.ok) throw new CallError('CALL_NOT_ACCEPTABLE', accepted.reason)
      await this.#connected(accepted.audio)
      return
    }
    const answer = media.answer(offer)
    if (!answer.ok) {
      this.#refuse(answer.status, 'not-acceptable')
      throw new CallError('CALL_NOT_ACCEPTABLE', answer.reason)
    }
    // Audio may arrive before the ACK does (RFC 3261 §13.3.1.4); a missing ACK ends the call through `ended('no-ack')`.
    this.deps.media.connect(leg, answer.audio)
    signalling.answer(answer.sdp).catch(() => {})
    await this.#connected(answer.audio, 'already')
  }

  #refuse(status: number, reason: EndReason): void {
    this.#refusal = reason
    this.incoming.signalling.reject(status)
  }

  async #connected(audio: NegotiatedAudio, media?: 'already'): Promise<void> {
    if (media === undefined) this.deps.media.connect(this.incoming.leg, audio)
    this.state = 'active'
    const suite = audio.srtp?.suite ?? 'none'
    this.receipt.srtp = { suite, rtcp: audio.remote.rtcpMux ? 'muxed' : 'separate' }
    this.story('answered', { codec: audio.codec, srtp: suite, ptimeMs: audio.ptimeMs })
    await this.deps.keep.update(this.id, { state: 'active', answeredAtMs: this.deps.clock.now() })
    await this.audit('call.answered', { srtp: suite })
    void this.tell('call.answered')
  }

  #reoffer(offer: Uint8Array): { sdp: string } | { status: number } {
    if (this.#media === undefined || this.state !== 'active') return { status: 491 }
    const answer = this.#media.answer(offer)
    if (!answer.ok) return { status: answer.status }
    this.deps.media.connect(this.incoming.leg, answer.audio)
    this.story('media.changed', { direction: answer.audio.direction, codec: answer.audio.codec })
    return { sdp: answer.sdp }
  }

  async #fail(error: unknown): Promise<void> {
    if (this.signal.aborted) return
    const code = error instanceof CallError ? error.code : undefined
    this.log.error('call failed', { error })
    await this.end(
      code === 'CALL_NOT_ACCEPTABLE'
        ? 'not-acceptable'
        : code === 'CALL_AUDIT'
          ? 'audit-failed'
          : code === 'CALL_NO_MEDIA'
            ? 'over-capacity'
            : 'media-failed',
    )
  }

  async #finish(reason: EndReason): Promise<void> {
    const { deps, incoming } = this
    const wasActive = this.state === 'active'
    this.state = 'ended'
    const endedAtMs = deps.clock.now()
    this.#over.abort(new CallError('CALL_ENDED', 'the call has ended'))
    this.#program.abort(this.signal.reason)
    this.receipt.endReason = reason
    this.story('ended', { reason })
    deps.count('calls_ended', { reason })
    const hungUp = incoming.signalling.hangup(reason)
    this.#parts.streams.closeAll()
    const steps = [
      [
        'statistics',
        async () => wasActive && this.story('statistics', flatStats(await deps.media.stats(incoming.leg))),
      ],
      ['recording', () => this.#parts.recorder.stop()],
      ['streams', () => this.#parts.streams.settled()],
      ['media', async () => (await this.#opened.catch(() => {}), deps.media.close(incoming.leg))],
      ['signalling', () => hungUp],
      [
        'audit',
        () =>
          deps.keep.audit({
            type: 'call.ended',
            tenant: incoming.tenant,
            call: this.id,
            actor: 'gateway',
            fields: { reason },
          }),
      ],
      [
        'row',
        () =>
          deps.keep.update(this.id, {
            state: 'ended',
            endedAtMs,
            endReason: reason,
            receipt: this.receipt,
            ladder: deps.keep.ladder(incoming.leg),
          }),
      ],
      // Last, so that an app that asks for the call at once finds it ended, receipt and all.
      ['event', () => this.tell('call.ended', { reason, answered: wasActive })],
    ] as const
    for (const [what, step] of steps) {
      try {
        await step()
      } catch (error) {
        this.log.error('call could not be settled in full', { step: what, error })
      }
    }
    for (const clean of this.#cleanUp) clean()
    this.#settled.resolve()
  }
}

/** A story's fields are flat, and each reason for which packets were dropped is told for itself: an attack is no bad line. */
function flatStats(stats: Awaited<ReturnType<CallDeps['media']['stats']>>): Record<string, number> {
  const { dropped, ...rest } = stats
  const reasons = Object.entries(dropped).filter(([, count]) => count > 0)
  return { ...rest, ...Object.fromEntries(reasons.map(([reason, count]) => [`dropped.${reason}`, count])) }
}

function fromSignalling(why: SignallingEnd): EndReason {
  switch (why) {
    case 'caller-hung-up':
    case 'caller-cancelled':
    case 'no-ack':
    case 'connection-lost':
    case 'shutdown':
      return why
    case 'gateway-hung-up':
    case 'rejected':
      return 'app-rejected'
  }
}
