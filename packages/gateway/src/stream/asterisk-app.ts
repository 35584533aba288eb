import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import type { Command } from './asterisk-command.ts'
import { decoder, type AudioForm, type Decode } from './wire-audio.ts'
import { audioOf, ignored, maxMarkNameLength } from './wire-json.ts'
import type { AppMessage, Notice } from './wire.ts'

export const ulawBytesPerFrame = 160
/** Asterisk's bound on frames that wait, for what an app sends while it has paused. */
const maxHeldBytes = 1_000 * ulawBytesPerFrame
const maxHeldMessages = 10_000
/** Characters of the labels among them: room for ten thousand short ones. */
const maxHeldLabels = 256 * 1_024

type MarkKind = 'mark' | 'buffering' | 'drained'

/** Writes an event as the app asked for it. */
export type Control = (event: string, fields: Readonly<Record<string, unknown>>) => string

/** What an app of Asterisk's has asked for so far. */
export class AsteriskApp {
  readonly #control: Control
  readonly #newDecoder: () => Decode
  #decode: Decode
  #isHeard = true
  #isTalking = true
  #isReportAsked = false
  /** While paused: what comes afterwards. */
  #held: AppMessage[] | undefined
  #heldBytes = 0
  #heldLabels = 0
  /** µ-law since the last bulk transfer began. */
  #transferred = 0
  /** Pieces of audio so far, those that are held among them, and how many there were when `QUEUE_DRAINED` was asked for. */
  #pieces = 0
  #askedAt = 0

  constructor(form: AudioForm, control: Control, keepsWide: boolean) {
    this.#control = control
    this.#newDecoder = () => decoder(form, keepsWide)
    this.#decode = this.#newDecoder()
  }

  /** Whether it wants to hear the caller. */
  get isHeard(): boolean {
    return this.#isHeard
  }

  audio(payload: Uint8Array): readonly AppMessage[] {
    if (!this.#isTalking) return ignored
    const said = this.#decode(payload)
    this.#transferred += said.ulaw.length
    this.#pieces += 1
    return this.#give(audioOf(said))
  }

  command({ name, fields }: Command): readonly AppMessage[] {
    switch (name) {
      case 'ANSWER':
        return []
      case 'HANGUP':
        return [{ kind: 'end' }]
      case 'START_MEDIA_BUFFERING':
        this.#transferred = 0
        return []
      case 'STOP_MEDIA_BUFFERING':
        return [...this.#filled(), ...this.#mark('buffering', fields['correlation_id'])]
      case 'MARK_MEDIA':
        return this.#mark('mark', fields['correlation_id'])
      case 'FLUSH_MEDIA':
        return this.#flush()
      case 'PAUSE_MEDIA':
        this.#held ??= []
        return []
      case 'CONTINUE_MEDIA':
        return this.#release()
      case 'REPORT_QUEUE_DRAINED':
        this.#isReportAsked = true
        this.#askedAt = this.#pieces
        return this.#mark('drained', '')
      case 'SET_MEDIA_DIRECTION':
        return this.#turn(fields['direction'])
      case 'GET_STATUS':
        return [
          { kind: 'reply', message: this.#control('ERROR', { error_text: 'GET_STATUS is not supported' }) },
        ]
      default:
        return ignored
    }
  }

  /** A mark, or the end of a bulk transfer, was played; or the queue is as far as it was when it was asked about. */
  played(name: string): string | undefined {
    const [kind, id] = JSON.parse(name) as [MarkKind, string]
    if (kind === 'drained') return this.#pieces === this.#askedAt ? this.#drained() : undefined
    const event = kind === 'mark' ? 'MEDIA_MARK_PROCESSED' : 'MEDIA_BUFFERING_COMPLETED'
    return this.#control(event, id === '' ? {} : { correlation_id: id })
  }

  tell(notice: Notice): string | undefined {
    if (notice.kind !== 'playback') return undefined
    if (notice.state === 'high') return this.#control('MEDIA_XOFF', {})
    if (notice.state === 'ok') return this.#control('MEDIA_XON', {})
    return this.#drained()
  }

  /** What was asked for once is told once. */
  #drained(): string | undefined {
    if (!this.#isReportAsked) return undefined
    this.#isReportAsked = false
    return this.#control('QUEUE_DRAINED', {})
  }

  /**
   * Ends a bulk transfer and a pause as well. As in Asterisk, marks are thrown away with what stood before them, those that a pause holds too, and
   * nobody is told of them; whoever has to know asks for QUEUE_DRAINED first, and has it with the flush.
   */
  #flush(): readonly AppMessage[] {
    this.#release()
    this.#transferred = 0
    this.#decode = this.#newDecoder() // half a sample that waits is not the first half of another
    return [{ kind: 'clear', reply: () => this.#drained() }]
  }

  #give(messages: readonly AppMessage[]): readonly AppMessage[] {
    if (this.#held === undefined) return messages
    for (const message of messages) {
      const bytes = this.#heldBytes + (message.kind === 'audio' ? message.ulaw.length : 0)
      const labels = this.#heldLabels + (message.kind === 'mark' ? message.name.length : 0)
      if (bytes > maxHeldBytes || labels > maxHeldLabels || this.#held.length >= maxHeldMessages)
        return [{ kind: 'warning', code: 'app-buffer-full' }]
      this.#heldBytes = bytes
      this.#heldLabels = labels
      this.#held.push(message)
    }
    return []
  }

  #release(): readonly AppMessage[] {
    const messages = this.#held ?? []
    this.#held = undefined
    this.#heldBytes = 0
    this.#heldLabels = 0
    return messages
  }

  #mark(kind: MarkKind, id: unknown): readonly AppMessage[] {
    const name = JSON.stringify([kind, typeof id === 'string' ? id : ''])
    return name.length > maxMarkNameLength ? ignored : this.#give([{ kind: 'mark', name }])
  }

  /** The end of a bulk transfer is filled up to a whole frame. */
  #filled(): readonly AppMessage[] {
    const missing = (ulawBytesPerFrame - (this.#transferred % ulawBytesPerFrame)) % ulawBytesPerFrame
    this.#transferred = 0
    return missing === 0 ? [] : this.#give(audioOf({ ulaw: new Uint8Array(missing).fill(ULAW_SILENCE) }))
  }

  #turn(direction: unknown): readonly AppMessage[] {
    if (direction !== 'both' && direction !== 'in' && direction !== 'out') return ignored
    this.#isTalking = direction !== 'in'
    this.#isHeard = direction !== 'out'
    return []
  }
}
