import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import type { Word } from '@voxkeep/pii'
import type { Clock } from '#kernel'
import { backoff } from './backoff.ts'
import type { SpeechSession, SpeechSink } from './contract.ts'
import { heldAudio, type HeldAudio } from './held-audio.ts'
import { lastingEnds, type Line, type LineEnd, type OpenLine } from './line.ts'
import { lineTime, type LineTime } from './line-time.ts'
import type { Wire, WireEvent } from './wire.ts'

export interface SessionLimits {
  /** Audio kept for an engine that is slow or away; as much again of what it has not acknowledged. */
  readonly bufferMs: number
  /** Failures in a row until it is over. */
  readonly attempts: number
  readonly stallMs: number
}

/** What a session tells whoever counts. */
export interface SessionMeter {
  connected(): void
  failed(why: LineEnd): void
  words(count: number): void
  lost(ms: number): void
  /** How far the engine is behind what was said. */
  lag(ms: number): void
  ignored(): void
  ended(): void
}

export interface SessionDeps {
  readonly clock: Clock
  /** 0 to 1. */
  readonly chance: () => number
  readonly limits: SessionLimits
  /** Whether partial results are wanted. */
  readonly interim: boolean
  readonly openWire: () => Wire
  readonly openLine: OpenLine
  readonly meter: SessionMeter
}

const tickMs = 1_000
/** While the last words are waited for. */
const finishTickMs = 100
const keepAliveMs = 4_000
/** What may wait in a socket, where nothing can be taken back: a second or two. */
const maxWaitingBytes = 32 * 1_024
/** Nobody has spoken for so long: what the engine has begun to hear, it need not wait for more of. */
const flushAfterMs = 1_000
/** A connection that lived so long was a good one, though it broke. */
const goodLifeMs = 30_000
/** Further behind than this is told, until it is less than half. */
const behindMs = 3_000
const silence = new Uint8Array(8_000).fill(ULAW_SILENCE)

/** A connection and what it carried. */
interface Current {
  readonly line: Line
  readonly wire: Wire
  readonly time: LineTime
  isOpen: boolean
  /** On the connection's own time. */
  heardMs: number
  lastSentMs: number
  lastAudioMs: number
  /** It was told to say what it has begun to hear, and given nothing since. */
  isFlushed: boolean
  openedMs: number | undefined
  /** When the engine last said something, or took something, when it is silent by nature. */
  progressMs: number
  isFinishing: boolean
}

/** One voice over a streaming engine, connected again as often as needed. */
export function streamingSession(sink: SpeechSink, deps: SessionDeps): SpeechSession {
  return new Session(sink, deps)
}

class Session implements SpeechSession {
  readonly #sink: SpeechSink
  readonly #deps: SessionDeps
  readonly #held: HeldAudio
  readonly #retry: ReturnType<typeof backoff>
  #current: Current | undefined
  #segment = 0
  #saidPartial = false
  #state: 'up' | 'behind' | 'down' | undefined
  #cancelTick: () => void = () => {}
  #cancelRetry: () => void = () => {}
  #finished: PromiseWithResolvers<void> | undefined
  #over = false

  constructor(sink: SpeechSink, deps: SessionDeps) {
    this.#sink = sink
    this.#deps = deps
    this.#held = heldAudio({
      boundMs: deps.limits.bufferMs,
      onLost: (fromMs, toMs) => {
        deps.meter.lost(toMs - fromMs)
        sink.lost(fromMs, toMs)
      },
    })
    this.#retry = backoff(deps.chance)
    this.#connect()
    this.#tick()
  }

  audio(ulaw: Uint8Array, atMs: number): void {
    if (this.#over || this.#finished !== undefined) return
    this.#held.push(ulaw, atMs)
    this.#pump()
  }

  finish(timeoutMs: number): Promise<void> {
    if (this.#over) return Promise.resolve()
    if (this.#finished !== undefined) return this.#finished.promise
    this.#finished = Promise.withResolvers()
    if (this.#held.endMs <= this.#held.throughMs) this.close()
    else {
      const cancel = this.#deps.clock.set(timeoutMs, () => this.close())
      void this.#finished.promise.then(cancel)
      this.#cancelTick()
      this.#tick()
      this.#pump()
    }
    return this.#finished.promise
  }

  close(): void {
    if (this.#over) return
    this.#over = true
    this.#cancelTick()
    this.#cancelRetry()
    this.#current?.line.close()
    this.#current = undefined
    this.#deps.meter.ended()
    this.#finished?.resolve()
  }

  #connect(): void {
    const wire = this.#deps.openWire()
    const { clock, openLine } = this.#deps
    const own = (act: (current: Current) => void) => {
      if (this.#current !== undefined && this.#current === current) act(current)
    }
    const line = openLine({
      opened: () => own((current) => this.#opened(current)),
      message: (text) => own((current) => this.#receive(current, wire.read(text))),
      closed: (why) => own(() => this.#lineEnded(why)),
    })
    const progressMs = clock.monotonicMs()
    const current: Current = {
      line,
      wire,
      time: lineTime(),
      isOpen: false,
      heardMs: 0,
      lastSentMs: progressMs,
      lastAudioMs: progressMs,
      isFlushed: true,
      openedMs: undefined,
      progressMs,
      isFinishing: false,
    }
    this.#current = current
  }

  #opened(current: Current): void {
    current.isOpen = true
    current.progressMs = this.#deps.clock.monotonicMs()
    current.openedMs = current.progressMs
    for (const message of current.wire.greeting) current.line.send(message)
    this.#deps.meter.connected()
    this.#held.rewind()
    this.#tell('up', 'SPEECH_CONNECTED')
    this.#pump()
  }

  #lineEnded(why: LineEnd): void {
    const { meter, limits, clock } = this.#deps
    const { openedMs } = this.#current ?? {}
    if (this.#finished !== undefined && why === 'finished') return this.#done()
    this.#current = undefined
    meter.failed(why)
    const livedMs = openedMs === undefined ? 0 : clock.monotonicMs() - openedMs
    if (why !== 'stalled' && livedMs >= goodLifeMs) this.#retry.reset()
    if (lastingEnds.has(why)) return this.#give(codeOf(why))
    if (this.#retry.failures + 1 >= limits.attempts) return this.#give('SPEECH_GAVE_UP')
    this.#tell('down', codeOf(why))
    if (this.#over) return // by whoever was just told
    this.#cancelRetry = clock.set(this.#retry.nextMs(), () => this.#connect())
  }

  #give(code: string): void {
    if (this.#over) return
    this.close()
    this.#sink.ended(code)
  }

  /** The engine has said everything there was. */
  #done(): void {
    const current = this.#current
    for (const event of current?.wire.pause?.(true) ?? [])
      if (current !== undefined) this.#take(current, event)
    this.#through(this.#held.endMs)
    this.close()
  }

  #pump(): void {
    const current = this.#current
    if (current === undefined || !current.isOpen || current.isFinishing) return
    while (this.#mayMore(current)) {
      const chunk = this.#held.next()
      if (chunk === undefined) break
      const { silenceMs } = current.time.place(chunk.fromMs, chunk.toMs - chunk.fromMs)
      if (silenceMs > 0)
        current.line.send(current.wire.encode(silence.subarray(0, Math.round(silenceMs * 8))))
      current.line.send(current.wire.encode(chunk.ulaw))
      current.lastSentMs = this.#deps.clock.monotonicMs()
      current.lastAudioMs = current.lastSentMs
      current.isFlushed = false
      if (current.wire.answersWithinMs === undefined) current.progressMs = current.lastSentMs
    }
    if (this.#finished === undefined || this.#held.unsentMs > 0) return
    current.isFinishing = true
    const last = current.wire.finish()
    if (last !== undefined) current.line.send(last)
    current.line.endInput()
  }

  #mayMore({ line, wire, time, heardMs }: Current): boolean {
    if (line.waitingBytes > maxWaitingBytes) return false
    const { answersWithinMs } = wire
    // One that answers now and then needs that much to answer at all.
    return (
      answersWithinMs === undefined ||
      time.sentMs - heardMs < Math.max(answersWithinMs, this.#deps.limits.bufferMs)
    )
  }

  #receive(current: Current, events: readonly WireEvent[]): void {
    current.progressMs = this.#deps.clock.monotonicMs()
    for (const event of events) {
      if (this.#current !== current) return
      this.#take(current, event)
    }
    this.#pump()
  }

  #take(current: Current, event: WireEvent): void {
    switch (event.kind) {
      case 'words':
        this.#retry.reset()
        return this.#say(current, event)
      case 'heard':
        this.#retry.reset()
        current.heardMs = Math.max(current.heardMs, Math.min(event.ms, current.time.sentMs))
        return
      case 'through':
        this.#retry.reset()
        current.heardMs = Math.max(current.heardMs, Math.min(event.ms, current.time.sentMs))
        return this.#through(current.time.voiceMs(event.ms, 'end'))
      case 'done':
        if (current.isFinishing) this.#done()
        return
      case 'failed':
        current.line.close()
        return this.#lineEnded(event.lasting ? 'rejected' : 'failed')
      case 'ignored':
        return this.#deps.meter.ignored()
    }
  }

  #say({ time }: Current, { final, words, language }: Extract<WireEvent, { kind: 'words' }>): void {
    const placed = words.map((word): Word => {
      const startMs = time.voiceMs(word.startMs, 'start')
      return { ...word, startMs, endMs: Math.max(startMs, time.voiceMs(word.endMs, 'end')) }
    })
    if (!final && !this.#deps.interim) return
    if (placed.length === 0 && !this.#saidPartial) return
    this.#saidPartial = !final
    const segment = this.#segment
    if (final) {
      this.#segment += 1
      this.#deps.meter.words(placed.length)
    }
    this.#sink.words({ segment, final, words: placed, ...(language !== undefined && { language }) })
  }

  #through(ms: number): void {
    if (this.#over || ms <= this.#held.throughMs) return
    this.#held.through(ms)
    this.#sink.through(ms)
  }

  #tick(): void {
    const { clock } = this.#deps
    this.#cancelTick = clock.set(this.#finished === undefined ? tickMs : finishTickMs, () => {
      this.#tick()
      this.#look(clock.monotonicMs())
    })
  }

  /** What needs no precision: whether the engine lives, keeps up, and has been told that we live. */
  #look(nowMs: number): void {
    const current = this.#current
    if (current === undefined) return
    this.#pump()
    const { wire, time, line, heardMs, isOpen } = current
    for (const event of wire.pause?.(false) ?? []) this.#take(current, event)
    const { answersWithinMs } = wire
    const owes =
      answersWithinMs === undefined ? this.#held.unsentMs > 0 : time.sentMs - heardMs > answersWithinMs
    if (!owes) current.progressMs = nowMs
    else if (isOpen && nowMs - current.progressMs > this.#deps.limits.stallMs) {
      line.close()
      return this.#lineEnded('stalled')
    }
    if (!isOpen) return
    this.#measure(current)
    if (!current.isFinishing) this.#keepAlive(current, nowMs)
  }

  #keepAlive(current: Current, nowMs: number): void {
    const { wire, line } = current
    if (wire.flush !== undefined && !current.isFlushed && nowMs - current.lastAudioMs >= flushAfterMs) {
      line.send(wire.flush)
      current.isFlushed = true
      current.lastSentMs = nowMs
    }
    if (wire.keepAlive !== undefined && nowMs - current.lastSentMs >= keepAliveMs) {
      line.send(wire.keepAlive)
      current.lastSentMs = nowMs
    }
  }

  #measure({ wire, time, heardMs }: Current): void {
    const lagMs = this.#held.unsentMs + (wire.answersWithinMs === undefined ? 0 : time.sentMs - heardMs)
    this.#deps.meter.lag(lagMs)
    if (lagMs > behindMs) this.#tell('behind', 'SPEECH_BEHIND')
    else if (lagMs < behindMs / 2) this.#tell('up', 'SPEECH_CAUGHT_UP')
  }

  #tell(state: 'up' | 'behind' | 'down', code: string): void {
    if (this.#over || this.#state === state) return
    this.#state = state
    this.#sink.state(state, code)
  }
}

/** `SPEECH_UNREACHABLE` and so on. */
export function codeOf(why: LineEnd): string {
  return `SPEECH_${why.toUpperCase()}`
}
