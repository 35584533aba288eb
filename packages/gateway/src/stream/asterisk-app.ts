import { ULAW_SILENCE } from '@voxkeep/wire/g711'
import type { Command } from './asterisk-command.ts'
import { decoder, type AudioForm, type Decode } from './wire-audio.ts'
import { audioOf, ignored, maxMarkNameLength } from './wire-json.ts'
import type { AppMessage, Notice } from './wire.ts'

export const ulawBytesPerFrame = 160
/** Asterisk's bound on frames that wait, for what an app sends while it has paused. */
const maxHeldBytes = 1_000 * ulawBytesPerFrame
const maxHeldMessages = 10_000

/** Writes an event as the app asked for it. */
export type Control = (event: string, fields: Readonly<Record<string, unknown>>) => string

/** What an app of Asterisk's has asked for so far. */
export class AsteriskApp {
  readonly #control: Control
  readonly #form: AudioForm
  #decode: Decode
  #isHeard = true
  #isTalking = true
  #isReportAsked = false
  /** While paused: what comes afterwards. */
  #held: AppMessage[] | undefined
  #heldBytes = 0
  /** µ-law since the last bulk transfer began. */
  #transferred = 0

  constructor(form: AudioForm, control: Control) {
    this.#control = control
    this.#form = form
    this.#decode = decoder(form)
  }

  /** Whether it wants to hear the caller. */
  get isHeard(): boolean {
    return this.#isHeard
  }

  audio(payload: Uint8Array): readonly AppMessage[] {
    if (!this.#isTalking) return ignored
    const ulaw = this.#decode(payload)
    this.#transferred += ulaw.length
    return this.#give(audioOf(ulaw))
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
        this.#release()
        this.#decode = decoder(this.#form) // half a sample that waits is not the first half of another
        return [{ kind: 'clear' }]
      case 'PAUSE_MEDIA':
        this.#held ??= []
        return []
      case 'CONTINUE_MEDIA':
        return this.#release()
      case 'REPORT_QUEUE_DRAINED':
        this.#isReportAsked = true
        return []
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

  /** A mark, or the end of a bulk transfer, was played. */
  played(name: string): string {
    const [kind, id] = JSON.parse(name) as ['mark' | 'buffering', string]
    const event = kind === 'mark' ? 'MEDIA_MARK_PROCESSED' : 'MEDIA_BUFFERING_COMPLETED'
    return this.#control(event, id === '' ? {} : { correlation_id: id })
  }

  tell(notice: Notice): string | undefined {
    if (notice.kind !== 'playback') return undefined
    if (notice.state === 'high') return this.#control('MEDIA_XOFF', {})
    if (notice.state === 'ok') return this.#control('MEDIA_XON', {})
    if (!this.#isReportAsked) return undefined
    this.#isReportAsked = false
    return this.#control('QUEUE_DRAINED', {})
  }

  #give(messages: readonly AppMessage[]): readonly AppMessage[] {
    if (this.#held === undefined) return messages
    for (const message of messages) {
      const bytes = message.kind === 'audio' ? message.ulaw.length : 0
      if (this.#heldBytes + bytes > maxHeldBytes || this.#held.length >= maxHeldMessages)
        return [{ kind: 'warning', code: 'app-buffer-full' }]
      this.#heldBytes += bytes
      this.#held.push(message)
    }
    return []
  }

  #release(): readonly AppMessage[] {
    const messages = this.#held ?? []
    this.#held = undefined
    this.#heldBytes = 0
    return messages
  }

  #mark(kind: 'mark' | 'buffering', id: unknown): readonly AppMessage[] {
    const name = JSON.stringify([kind, typeof id === 'string' ? id : ''])
    return name.length > maxMarkNameLength ? ignored : this.#give([{ kind: 'mark', name }])
  }

  /** The end of a bulk transfer is filled up to a whole frame. */
  #filled(): readonly AppMessage[] {
    const missing = (ulawBytesPerFrame - (this.#transferred % ulawBytesPerFrame)) % ulawBytesPerFrame
    this.#transferred = 0
    return missing === 0 ? [] : this.#give(audioOf(new Uint8Array(missing).fill(ULAW_SILENCE)))
  }

  #turn(direction: unknown): readonly AppMessage[] {
    if (direction !== 'both' && direction !== 'in' && direction !== 'out') return ignored
    this.#isTalking = direction !== 'in'
    this.#isHeard = direction !== 'out'
    return []
  }
}
