import type { SpeechRequest } from './contract.ts'
import { ulawToPcm } from './pcm.ts'
import { isTime, parseRecord, readWords } from './read-words.ts'
import type { Wire, WireEvent } from './wire.ts'

const wordShape = { text: ['text'], start: 'startMs', end: 'endMs', confidence: 'confidence', unitMs: 1 }

/** Our own protocol over a WebSocket: `spec/speech.schema.json`, docs/speech.md. */
export function jsonWire(
  { language, interim, hints = [] }: SpeechRequest,
  { encoding, trainingOptOut }: { readonly encoding: 'mulaw' | 'pcm16'; readonly trainingOptOut: boolean },
): Wire {
  const start = {
    type: 'start',
    version: 1,
    encoding,
    sampleRate: 8_000,
    language,
    interim,
    hints,
    trainingOptOut,
  }
  return {
    answersWithinMs: 5_000,
    greeting: [JSON.stringify(start)],
    encode: encoding === 'mulaw' ? (ulaw) => ulaw : ulawToPcm(8_000),
    finish: () => '{"type":"finish"}',
    read: readJson,
  }
}

/** The same messages, one a line, printed by a program that reads samples and whose input simply ends. */
export function jsonLinesWire(sampleRate: 8_000 | 16_000): Wire {
  return {
    answersWithinMs: 5_000,
    greeting: [],
    encode: ulawToPcm(sampleRate),
    finish: () => undefined,
    read: readJson,
  }
}

function readJson(text: string): readonly WireEvent[] {
  const message = parseRecord(text)
  switch (message?.['type']) {
    case 'words':
      return wordsIn(message)
    case 'heard':
    case 'through': {
      const { type: kind, ms } = message
      return isTime(ms) ? [{ kind, ms }] : [{ kind: 'ignored' }]
    }
    case 'done':
      return [{ kind: 'done' }]
    case 'error':
      return [{ kind: 'failed', lasting: message['lasting'] === true }]
    default:
      return [{ kind: 'ignored' }]
  }
}

function wordsIn({ words: given, final, language }: Readonly<Record<string, unknown>>): readonly WireEvent[] {
  const words = readWords(given, wordShape)
  if (words === undefined) return [{ kind: 'ignored' }]
  return [{ kind: 'words', final: final === true, words, ...(typeof language === 'string' && { language }) }]
}
