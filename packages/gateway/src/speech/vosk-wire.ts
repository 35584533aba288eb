import { isRecord, parseRecord, readWords } from './read-words.ts'
import { ulawToPcm } from './pcm.ts'
import type { Wire, WireEvent } from './wire.ts'

/** What a word may still hang in the air after a partial that has none. */
const settleMs = 1_000
/** The server looks for exactly these bytes, the blank included. */
const endOfFile = '{"eof" : 1}'
const wordShape = { text: ['word'], start: 'start', end: 'end', confidence: 'conf', unitMs: 1_000 }

/**
 * vosk-server's WebSocket: PCM in, and exactly one answer for each message of audio, in order. So it is known how far it
 * has come. A final ends what it had begun to hear; a partial without words says that nothing was said until shortly before.
 */
export function voskWire(): Wire {
  const toPcm = ulawToPcm(8_000)
  /** Where each message ends that was not answered yet. */
  const unanswered: number[] = []
  let sentMs = 0
  let isFinishing = false

  function answered(events: (ms: number) => readonly WireEvent[]): readonly WireEvent[] {
    const ms = unanswered.shift() ?? sentMs
    return [...events(ms), { kind: 'heard', ms }]
  }

  function final(result: Readonly<Record<string, unknown>>): readonly WireEvent[] {
    // A server may choose among alternatives: the first is the likeliest.
    const best: unknown = Array.isArray(result['alternatives']) ? result['alternatives'][0] : result
    const words = readWords(isRecord(best) ? best['result'] : undefined, wordShape) ?? []
    const isLast = isFinishing && unanswered.length === 0
    return answered((ms) => [
      { kind: 'words', final: true, words },
      { kind: 'through', ms },
      ...(isLast ? [{ kind: 'done' } as const] : []),
    ])
  }

  return {
    answersWithinMs: 0,
    greeting: [JSON.stringify({ config: { sample_rate: 8_000, words: true } })],
    encode(ulaw) {
      sentMs += ulaw.length / 8
      unanswered.push(sentMs)
      return toPcm(ulaw)
    },
    finish() {
      isFinishing = true
      return endOfFile
    },
    read(text) {
      const message = parseRecord(text)
      if (message === undefined) return [{ kind: 'ignored' }]
      const { partial } = message
      if (typeof partial === 'string') return answered((ms) => heardSoFar(partial, ms))
      return 'text' in message || 'alternatives' in message ? final(message) : [{ kind: 'ignored' }]
    },
  }
}

/** A partial has no times: its words are spread over what came since nothing was said, for whoever shows them. */
function heardSoFar(partial: string, ms: number): readonly WireEvent[] {
  const texts = partial.split(/\s+/).filter((text) => text !== '')
  if (texts.length === 0) return [{ kind: 'through', ms: Math.max(0, ms - settleMs) }]
  const eachMs = Math.min(300, ms / texts.length)
  const words = texts.slice(-200).map((text, index, all) => ({
    text,
    startMs: Math.round(ms - (all.length - index) * eachMs),
    endMs: Math.round(ms - (all.length - index - 1) * eachMs),
  }))
  return [{ kind: 'words', final: false, words }]
}
