import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HeardWord, Recogniser } from './recogniser.ts'
import { readSamples } from './spoken.ts'

/** A word that was said, in samples of the speech. */
export interface SpokenWord {
  readonly text: string
  readonly from: number
  readonly to: number
  /** Which sentence it belongs to. */
  readonly sentence: number
}

/** Speech that was made word by word, so that everybody knows when each was said. */
export interface WordSpeech {
  readonly samples: Int16Array
  readonly words: readonly SpokenWord[]
}

const rateHz = 8_000
const gapSamples = (rateHz * 60) / 1_000
const pauseSamples = (rateHz * 450) / 1_000
const quiet = 60 // of 16 bits: what espeak leaves around a word

/** Speaks sentences with espeak-ng, a word at a time. */
export function speakWords(sentences: readonly string[]): WordSpeech {
  const voices = wordSounds([...new Set(sentences.flatMap((sentence) => sentence.split(' ')))])
  const parts: Int16Array[] = [new Int16Array(pauseSamples)]
  const words: SpokenWord[] = []
  let at = pauseSamples
  const add = (samples: Int16Array) => {
    parts.push(samples)
    at += samples.length
  }
  for (const [sentence, said] of sentences.entries()) {
    for (const text of said.split(' ')) {
      const sound = voices.get(text) ?? new Int16Array(0)
      words.push({ text, from: at, to: at + sound.length, sentence })
      add(sound)
      add(new Int16Array(gapSamples))
    }
    add(new Int16Array(pauseSamples))
  }
  const samples = new Int16Array(at)
  let place = 0
  for (const part of parts) {
    samples.set(part, place)
    place += part.length
  }
  return { samples, words }
}

function wordSounds(words: readonly string[]): ReadonlyMap<string, Int16Array> {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-words-'))
  try {
    return new Map(
      words.map((word, index) => {
        const path = join(dir, `${index}.wav`)
        execFileSync('espeak-ng', ['-v', 'en-us', '-s', '450', '-w', path, word])
        return [word, trimmed(readSamples(path))] as const
      }),
    )
  } finally {
    rmSync(dir, { recursive: true })
  }
}

function trimmed(samples: Int16Array): Int16Array {
  const isLoud = (sample: number) => Math.abs(sample) > quiet
  const from = samples.findIndex(isLoud)
  const to = samples.findLastIndex(isLoud) + 1
  return samples.slice(Math.max(0, from), to)
}

const loud = 600
/** A pause within a sentence is shorter. */
const sentenceEndMs = 400
/** So long a quiet is one between sentences. */
const betweenSamples = (rateHz * 300) / 1_000

/**
 * Hears just these words, at the times at which they were really said in the audio that it was given: each sentence is looked for anew, since the way there may
 * have moved it.
 */
export function knowingRecogniser({ samples, words }: WordSpeech): Recogniser {
  const sentences = words.reduce<SpokenWord[][]>((all, word) => {
    all[word.sentence] = [...(all[word.sentence] ?? []), word]
    return all
  }, [])
  const loudFrom = sentences.map(([first]) =>
    samples.findIndex((one, at) => at >= (first?.from ?? 0) && Math.abs(one) > loud),
  )
  /** What a sentence's samples are ahead of those that were heard. */
  const shifts: number[] = []
  let heard = 0
  let quietFor = betweenSamples
  let next = 0
  const placed = ({ text, from, to, sentence }: SpokenWord): HeardWord | undefined => {
    const shift = shifts[sentence]
    return shift === undefined ? undefined : { text, startMs: (from + shift) / 8, endMs: (to + shift) / 8 }
  }
  const said = (until: number): HeardWord[] =>
    (sentences[next] ?? []).flatMap((word) => {
      const place = placed(word)
      return place === undefined || place.endMs > until ? [] : [place]
    })
  const endMs = (sentence: number) => {
    const last = sentences[sentence]?.at(-1)
    return (last && placed(last)?.endMs) ?? 0
  }
  const hear = (sample: number) => {
    const isLoud = Math.abs(sample) > loud
    const begins = isLoud && quietFor >= betweenSamples && heard / 8 >= endMs(shifts.length - 1)
    if (begins && shifts.length < sentences.length) shifts.push(heard - (loudFrom[shifts.length] ?? 0))
    quietFor = isLoud ? 0 : quietFor + 1
    heard += 1
  }
  return {
    push: (part) => part.forEach(hear),
    get partial() {
      return said(heard / 8)
    },
    utterance(flush = false) {
      const isOver = next < shifts.length && heard / 8 >= endMs(next) + sentenceEndMs
      if (!isOver && !flush) return undefined
      const words = said(heard / 8)
      if (words.length === 0) return undefined
      next += 1
      return words
    },
    get heardMs() {
      return heard / 8
    },
  }
}
