import { parseWav, toMono8k } from '@voxkeep/wire/wav'
import { likeness, voiceFeatures, type VoiceFeatures } from './voice-likeness.ts'

/** An engine's memory of voices, by subject: what docs/verify.md asks of one, for voices of a synthesiser. */
export interface VoiceBook {
  /** The answer's JSON to one question; `wav` is nothing where somebody is to be forgotten. */
  answer(action: 'verify' | 'enrol' | 'forget', subject: string, wav: Uint8Array): object
}

/** @param known - Kept by the caller: features of each voice, never audio. */
export function voiceBook(known: Map<string, VoiceFeatures>): VoiceBook {
  return {
    answer(action, subject, wav) {
      if (action === 'forget') return { state: known.delete(subject) ? 'forgotten' : 'not-enrolled' }
      const read = parseWav(wav)
      if ('error' in read) return { decision: 'undecided', state: 'refused', reasons: ['no-wav'] }
      const heard = voiceFeatures(toMono8k(read))
      if (action === 'enrol') {
        known.set(subject, heard)
        return { state: 'enrolled', spoof: { suspected: false } }
      }
      const own = known.get(subject)
      if (own === undefined) return { decision: 'not-enrolled' }
      const score = likeness(own, heard)
      return { decision: score > 0.5 ? 'accepted' : 'rejected', score, spoof: { suspected: false } }
    },
  }
}
