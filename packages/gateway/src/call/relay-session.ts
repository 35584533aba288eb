import { sid, type StreamId } from '#kernel'
import type { StreamEnd, StreamTls } from '#media'
import { byteBrake, type ByteBrake } from '#shield'
import type { TextSocket, TextSocketHandlers } from '#stream'
import { hearCaller, type CallerHearing, type HeardLine } from './hear-caller.ts'
import type { Live } from './live.ts'
import { press } from './press.ts'
import { fetchAudio } from './prompt.ts'
import type { StreamOutcome } from './receipt.ts'
import type { RelayCommand } from './relay.ts'
import { relayTalk, type Manner, type RelayTalk } from './relay-talk.ts'
import { interruptibleOf, readRelay, relaySays, type RelayMessage } from './relay-wire.ts'

export interface RelayEnd {
  /** `ended`: the app said so; a code in capitals: nobody could listen; else what became of the connection. */
  readonly why: string
  readonly outcome: StreamOutcome
  readonly handoffData?: string | undefined
}

type Open = (handlers: TextSocketHandlers) => TextSocket

export type StartedRelay =
  | {
      readonly ok: true
      /** Dials, and resolves when the conversation is over. */
      run(open: Open, opened: (tls: StreamTls) => void): Promise<RelayEnd>
    }
  | { readonly ok: false; readonly why: string }

/** Faults that an app is told of in a second; it is not told of more. */
const maxFaultsASecond = 10
/** Words of the language before, when it is switched. */
const lastWordsMs = 2_000
/** Sounds, presses and switches that wait for those before them. */
const maxTurns = 100
/** The caller's words that wait for the app to be there. */
const maxEarly = 20

/**
 * What an app says is read in the thread of the signalling, at some 5 µs for a kilobyte and 15 for a message: a fast model's tokens, each a message,
 * take less than this, and what is more waits with the app.
 */
const readRate = { perSecond: 64 * 1_024, burst: 512 * 1_024 }
/** Of that rate, beside its own length. */
const messageCost = 256
/** Pings are answered in between. */
const maxHoldMs = 1_000

/** Begins to hear the caller. Nothing was sent to the app then. */
export async function startRelay(
  live: Live,
  command: RelayCommand,
  id: StreamId,
  signal: AbortSignal,
): Promise<StartedRelay> {
  const session = new Session(live, command, id, signal)
  const why = await session.listen(command.language)
  return why === undefined
    ? { ok: true, run: (open, opened) => session.run(open, opened) }
    : { ok: false, why }
}

class Session {
  readonly #live: Live
  readonly #command: RelayCommand
  readonly #id: StreamId
  readonly #signal: AbortSignal
  /** Aborts when the conversation is over. */
  readonly #closing = new AbortController()
  readonly #until: AbortSignal
  readonly #talk: RelayTalk
  readonly #brake: ByteBrake
  readonly #done = Promise.withResolvers<RelayEnd>()
  #hearing: CallerHearing | undefined
  #socket: TextSocket | undefined
  #isOpen = false
  #early: string[] = []
  #speaks: string | undefined
  #faults = { sinceMs: 0, count: 0 }
  /** The rest of an utterance that was interrupted is not said: up to its end, or until the app knows what interrupted it. */
  #isDeaf = false
  #end: RelayEnd | undefined
  /** Presses and sounds, one after the other. */
  #turn: Promise<unknown> = Promise.resolve()
  #turns = 0

  constructor(live: Live, command: RelayCommand, id: StreamId, signal: AbortSignal) {
    this.#live = live
    this.#command = command
    this.#id = id
    this.#signal = signal
    this.#until = AbortSignal.any([signal, this.#closing.signal])
    this.#speaks = command.language
    this.#brake = byteBrake(readRate, live.deps.clock)
    this.#talk = relayTalk(live, {
      saying: (text) => this.#hearing?.said(text),
      failed: (code) => {
        live.story('say.failed', { code })
        live.deps.count('say_failed', { code })
        this.#send(relaySays.error(`words could not be said: ${code}`))
      },
    })
  }

  /** Why nobody listens; undefined: somebody does. */
  async listen(language: string | undefined): Promise<string | undefined> {
    const { hints, partials } = this.#command
    let own: CallerHearing | undefined
    const opened = await hearCaller(
      this.#live,
      { what: 'relay', language, hints, partials },
      {
        spoke: ({ endedMs }) => this.#interrupt('speech', endedMs),
        line: (line) => this.#heard(line),
        ended: (code) => {
          // One of the language before, which still had its last words to tell, ends nothing.
          if (own === this.#hearing || own === undefined)
            this.#over({ why: code, outcome: 'closed-by-gateway' })
        },
      },
    )
    if (!opened.ok) return opened.why
    if (this.#end !== undefined) {
      opened.hearing.close()
      return undefined
    }
    // What was said in the language before is still told.
    this.#hearing?.finish(lastWordsMs).catch((error: unknown) => {
      this.#live.log.warn('the last words before a switch of language were not heard', { error })
    })
    own = this.#hearing = opened.hearing
    return undefined
  }

  async run(open: Open, opened: (tls: StreamTls) => void): Promise<RelayEnd> {
    const unlisten = this.#live.onMedia((event) => {
      if (event.kind === 'dtmf') this.#pressed(event.digit)
    })
    const stop = () => this.#over({ why: 'closed-by-gateway', outcome: 'closed-by-gateway' })
    this.#signal.addEventListener('abort', stop, { once: true })
    if (this.#signal.aborted) stop()
    else if (this.#end === undefined) this.#dial(open, opened)
    const end = await this.#done.promise
    this.#signal.removeEventListener('abort', stop)
    unlisten()
    return end
  }

  #dial(open: Open, opened: (tls: StreamTls) => void): void {
    const { greeting } = this.#command
    this.#socket = open({
      opened: (tls) => {
        this.#isOpen = true
        // Handlers may be called before the socket is ours to send on.
        queueMicrotask(() => this.#begin())
        opened(tls)
      },
      message: (text) => this.#take(text),
      closed: (why: StreamEnd) => this.#over({ why, outcome: why }),
    })
    if (greeting === undefined) return
    const interruptible = this.#command.greeting_interruptible
    this.#talk.text(greeting, true, { ...this.#manner({}), interruptible })
  }

  #begin(): void {
    const { parameters } = this.#command
    const { from, to, direction } = this.#live.describe()
    this.#socket?.send(
      relaySays.setup({
        sessionId: sid('VX', this.#id),
        accountSid: this.#live.app.accountSid,
        callSid: sid('CA', this.#live.id),
        from: textOf(from),
        to: textOf(to),
        direction: textOf(direction),
        customParameters: parameters,
      }),
    )
    for (const message of this.#early) this.#socket?.send(message)
    this.#early = []
  }

  #send(message: string): void {
    if (this.#end !== undefined) return
    if (this.#isOpen && this.#early.length === 0) return void this.#socket?.send(message)
    this.#early.push(message)
    if (this.#early.length > maxEarly) this.#early.shift()
  }

  #heard({ text, final, language }: HeardLine): void {
    if (final) this.#isDeaf = false
    this.#send(relaySays.prompt(text, language, final))
  }

  #pressed(digit: string): void {
    this.#interrupt('keys', 0)
    this.#isDeaf = false
    if (this.#command.keys) this.#send(relaySays.dtmf(digit))
  }

  #interrupt(by: 'keys' | 'speech', agoMs: number): void {
    const interruption = this.#talk.interrupt(by, agoMs)
    if (interruption === undefined) return
    this.#isDeaf = interruption.isUnfinished
    this.#live.story('relay.interrupted', { by, heardMs: interruption.heardMs })
    this.#send(relaySays.interrupt(interruption.heard, interruption.heardMs))
  }

  #take(text: string | undefined): void {
    const holdMs = this.#brake.take((text?.length ?? 0) + messageCost)
    if (holdMs > 0) this.#socket?.hold(Math.min(holdMs, maxHoldMs))
    const read = readRelay(text)
    const fault = read.ok ? this.#act(read.message) : read.fault
    if (fault !== undefined) this.#fault(fault)
  }

  /** What is wrong with it; undefined: nothing. */
  #act(message: RelayMessage): string | undefined {
    switch (message.type) {
      case 'text': {
        if (message.lang !== undefined && !this.#maySpeak(message.lang))
          return 'the language is not one of this relay'
        if (this.#isDeaf) {
          this.#isDeaf = !message.last
          return undefined
        }
        const isTaken = this.#talk.text(message.token, message.last, this.#manner(message))
        return isTaken ? undefined : 'too much waits to be said'
      }
      case 'play':
        return this.#inTurn(() => this.#play(message))
      case 'sendDigits':
        return this.#inTurn(() => press(this.#live, message.digits, this.#until))
      case 'language':
        return this.#switch(message)
      case 'end':
        this.#over({ why: 'ended', outcome: 'closed-by-gateway', handoffData: message.handoffData })
        return undefined
    }
  }

  async #play(message: Extract<RelayMessage, { type: 'play' }>): Promise<void> {
    const audio = await fetchAudio(this.#live, message.source, this.#until)
    if (this.#end !== undefined) return undefined
    if (audio === undefined) return this.#send(relaySays.error('the audio could not be fetched'))
    for (let round = 0; round < message.loop; round++)
      if (!this.#talk.audio(audio, this.#manner(message))) return this.#fault('too much waits to be said')
  }

  #switch({
    ttsLanguage,
    transcriptionLanguage,
  }: Extract<RelayMessage, { type: 'language' }>): string | undefined {
    for (const language of [ttsLanguage, transcriptionLanguage])
      if (language !== undefined && !this.#maySpeak(language)) return 'the language is not one of this relay'
    this.#speaks = ttsLanguage ?? this.#speaks
    if (transcriptionLanguage === undefined || transcriptionLanguage === this.#hearing?.language)
      return undefined
    return this.#inTurn(async () => {
      const why = await this.listen(transcriptionLanguage)
      if (why !== undefined) this.#send(relaySays.error(`the language cannot be heard: ${why}`))
    })
  }

  #maySpeak(language: string): boolean {
    const { language: own, languages } = this.#command
    const known = [own ?? this.#hearing?.language, ...languages.map(({ code }) => code)]
    return known.includes(language)
  }

  #manner(o: {
    readonly lang?: string | undefined
    readonly interruptible?: Parameters<typeof interruptibleOf>[0]
    readonly preemptible?: boolean | undefined
  }): Manner {
    const { languages, voice, interruptible, preemptible } = this.#command
    const language = o.lang ?? this.#speaks
    return {
      language,
      voice: languages.find(({ code }) => code === language)?.voice ?? voice,
      interruptible: interruptibleOf(o.interruptible, interruptible),
      preemptible: o.preemptible ?? preemptible,
    }
  }

  /** Told, and counted; the conversation goes on. */
  #fault(description: string): void {
    this.#live.deps.count('relay_faults')
    const now = this.#live.deps.clock.monotonicMs()
    if (now - this.#faults.sinceMs >= 1_000) this.#faults = { sinceMs: now, count: 0 }
    if (this.#faults.count++ < maxFaultsASecond) this.#send(relaySays.error(description))
  }

  /** Why it is not done; undefined: it will be. */
  #inTurn(act: () => Promise<unknown>): string | undefined {
    if (this.#turns >= maxTurns) return 'too much waits to be done'
    this.#turns += 1
    this.#turn = this.#turn
      .then(() => (this.#end === undefined ? act() : undefined))
      .catch((error: unknown) => this.#live.log.warn('a relay could not do what its app said', { error }))
      .then(() => void (this.#turns -= 1))
    return undefined
  }

  /** What is said is stopped, nobody is heard any more, the socket closes. */
  #over(end: RelayEnd): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#closing.abort()
    this.#hearing?.close()
    this.#talk.close()
    this.#socket?.close()
    this.#done.resolve(end)
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
