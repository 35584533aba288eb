import { SpeechError } from '#speech'
import type { CallVoices } from './deps.ts'

/** For tests: a voice that takes 10 ms for each character, and fails where the text holds "unsayable". */
export function fakeVoices(
  trace: string[],
  o: { readonly byPiece?: () => Promise<void>; readonly pieces?: number } = {},
): CallVoices {
  const voice: NonNullable<ReturnType<CallVoices['voice']>> = {
    facts: { id: 'amy', kind: 'command', region: undefined, dataClasses: ['personal'], trainingOptOut: true },
    health: 'up',
    async *speak({ text, language, cache }, signal) {
      trace.push(`speak ${language ?? '-'}${cache === true ? ' cached' : ''}: ${text}`)
      if (text.includes('unsayable')) throw new SpeechError('VOICE_FAILED', 'no')
      const pieces = o.pieces ?? 1
      for (let piece = 0; piece < pieces; piece++) {
        await o.byPiece?.()
        if (signal.aborted) return
        yield new Uint8Array((text.length * 80) / pieces).fill(0x80)
      }
    },
    [Symbol.asyncDispose]: async () => {},
  }
  return { voice: (_app, name) => (name === undefined || name === 'amy' ? voice : undefined) }
}
