import { z } from 'zod'
import type { Forgotten, VoiceCompared, VoiceLearned } from './verifier-contract.ts'

/** A word, no sentence: what an engine says goes to the app, and nothing that it wrote freely. */
const reasons = z
  .array(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,39}$/))
  .max(8)
  .default([])
const share = z.number().min(0).max(1)
const spoof = z.object({ score: share.optional(), suspected: z.boolean().optional() }).optional()

const compared = z.object({
  decision: z.enum(['accepted', 'rejected', 'undecided', 'not-enrolled']),
  score: share.optional(),
  spoof,
  reasons,
})
const learned = z.object({ state: z.enum(['enrolled', 'more', 'refused']), spoof, reasons })
const forgotten = z.object({ state: z.enum(['forgotten', 'not-enrolled']) })

/** Reads an engine's answer; undefined: it is none. Never throws. */
export const readCompared = (text: string): VoiceCompared | undefined => read(compared, text)
export const readLearned = (text: string): VoiceLearned | undefined => read(learned, text)
export const readForgotten = (text: string): Forgotten | undefined => read(forgotten, text)?.state

function read<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
