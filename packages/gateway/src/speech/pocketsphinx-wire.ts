import type { Word } from '@voxkeep/pii'
import { ulawToPcm } from './pcm.ts'
import type { Wire, WireEvent } from './wire.ts'

/** `word start end confidence`, times in seconds from the start of the program's input. */
const wordLine = /^(\S{1,200}) (\d{1,6}\.\d{3}) (\d{1,6}\.\d{3}) (\d+\.\d+)$/
/** Louder than µ-law's lowest segment (48 dB below full scale): somebody may be speaking. */
const quietCode = 0x70
/** How long it must be quiet to say that nobody began to speak. */
const settleMs = 1_500
/** What an utterance may have: beyond it, what is printed is not what we think. */
const maxWords = 2_000

/**
 * What `pocketsphinx_continuous -time yes` prints at each pause: the sentence, then its words, mostly with `</s>` at the end. It says nothing at
 * all in silence, so silence is judged here: what is quiet from end to end holds no words.
 */
export function pocketsphinxWire(sampleRate: 8_000 | 16_000): Wire {
  const toPcm = ulawToPcm(sampleRate)
  let words: Word[] = []
  /** Where the last line ends that was printed, and whether one came since somebody last looked. */
  let printedMs = 0
  let isPrinting = false
  let sentMs = 0
  let throughMs = 0
  /** Where the last audio ends that was not quiet. */
  let loudMs = 0

  function flush(endMs: number): readonly WireEvent[] {
    const said = words
    words = []
    throughMs = Math.max(throughMs, endMs)
    return [
      { kind: 'words', final: true, words: said },
      { kind: 'through', ms: throughMs },
    ]
  }

  return {
    answersWithinMs: undefined,
    greeting: [],
    encode(ulaw) {
      sentMs += ulaw.length / 8
      if (ulaw.some((code) => (code & 0x7f) < quietCode)) loudMs = sentMs
      return toPcm(ulaw)
    },
    finish: () => undefined,
    read(line) {
      const match = wordLine.exec(line)
      if (match === null) return words.length === 0 ? [] : flush(printedMs)
      const [, text = '', from, to, sure] = match
      const endMs = Math.round(Number(to) * 1_000)
      isPrinting = true
      printedMs = Math.max(printedMs, endMs)
      if (text === '</s>') return flush(endMs)
      if (/^[<[+(]/.test(text)) return [] // silence, noise, and turns of a grammar
      if (words.length >= maxWords) return [{ kind: 'failed', lasting: false }]
      const confidence = Math.min(1, Number(sure))
      const startMs = Math.min(endMs, Math.round(Number(from) * 1_000))
      words.push({ text: text.replace(/\(\d+\)$/, ''), startMs, endMs, confidence })
      return []
    },
    pause(isOver) {
      // A sentence is printed at once: when a second brought no more of it, it is whole. A grammar's has no `</s>`.
      const isWhole = isOver || !isPrinting
      isPrinting = false
      if (words.length > 0) return isWhole ? flush(printedMs) : []
      const quietMs = sentMs - settleMs
      if (loudMs > throughMs || quietMs <= throughMs) return []
      throughMs = quietMs
      return [{ kind: 'through', ms: quietMs }]
    },
  }
}
