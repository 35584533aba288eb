import type { Word } from '@voxkeep/pii'
import { isRecord, isTime, parseRecord, readWords } from './read-words.ts'

export interface Transcription {
  readonly words: readonly Word[]
  readonly language?: string
}

const shape = { text: ['word'], start: 'start', end: 'end', confidence: 'probability', unitMs: 1_000 }
const maxSegments = 2_000
/** What models write where nobody speaks. */
const annotation = /^[[(*♪].*[\])*♪]$/

/**
 * Reads an answer of `/v1/audio/transcriptions` in `verbose_json`, of whoever speaks it: words at the top (OpenAI, speaches,
 * faster-whisper), in segments (whisper.cpp, whose words are pieces that a blank begins), or none, when those of a segment
 * share its time. Undefined when it is no such answer.
 */
export function readTranscription(body: string, lengthMs: number): Transcription | undefined {
  const answer = parseRecord(body)
  if (answer === undefined) return undefined
  const found = readWords(answer['words'], shape)
  const words =
    found !== undefined && found.length > 0
      ? found
      : (fromSegments(answer['segments'], lengthMs) ?? fromText(answer, lengthMs))
  if (words === undefined) return undefined
  const language = answer['language']
  return {
    words: words.filter(({ text }) => !annotation.test(text)).map((word) => within(word, lengthMs)),
    ...(typeof language === 'string' && language.length <= 35 && { language }),
  }
}

function fromText(
  { text }: Readonly<Record<string, unknown>>,
  lengthMs: number,
): readonly Word[] | undefined {
  return typeof text === 'string' ? spread(text, 0, lengthMs) : undefined
}

function fromSegments(segments: unknown, lengthMs: number): readonly Word[] | undefined {
  if (!Array.isArray(segments) || segments.length === 0 || segments.length > maxSegments) return undefined
  return segments.flatMap((segment: unknown): readonly Word[] => {
    if (!isRecord(segment)) return []
    const { start, end, text, words } = segment
    const pieces = Array.isArray(words) ? joinPieces(words) : []
    const timed = readWords(pieces, shape) ?? []
    if (timed.length > 0 && timed.length === pieces.length) return timed
    const [from, to] = isTime(start) && isTime(end) ? [start * 1_000, end * 1_000] : [0, lengthMs]
    return typeof text === 'string' ? spread(text, from, to) : timed
  })
}

/** Puts pieces together that make a word: where any begins with a blank, those that do not go on with the word before. */
function joinPieces(pieces: readonly unknown[]): readonly Record<string, unknown>[] {
  const given = pieces
    .filter(isRecord)
    .filter(({ word }) => typeof word === 'string' && !/^\s*\[_.*\]$/.test(word))
  const hasBlanks = given.some(({ word }) => (word as string).startsWith(' '))
  const joined: Record<string, unknown>[] = []
  for (const piece of given) {
    const last = joined.at(-1)
    const word = piece['word'] as string
    if (last === undefined || !hasBlanks || word.startsWith(' ')) joined.push({ ...piece })
    else {
      last['word'] = `${String(last['word'])}${word}`
      last['end'] = piece['end']
      last['probability'] = Math.min(Number(last['probability']), Number(piece['probability']))
    }
  }
  return joined.filter(({ word }) => (word as string).trim() !== '')
}

/** Words without times of their own: each as long as its letters say. */
export function spread(text: string, fromMs: number, toMs: number): readonly Word[] {
  const texts = text.split(/\s+/).filter((part) => part !== '')
  const letters = texts.reduce((sum, part) => sum + part.length, 0)
  const eachMs = Math.max(0, toMs - fromMs) / Math.max(1, letters)
  let at = fromMs
  return texts.map((part) => {
    const startMs = Math.round(at)
    at += part.length * eachMs
    return { text: part.slice(0, 200), startMs, endMs: Math.round(at) }
  })
}

function within(word: Word, lengthMs: number): Word {
  const startMs = Math.min(word.startMs, lengthMs)
  return { ...word, startMs, endMs: Math.min(Math.max(word.endMs, startMs), lengthMs) }
}
