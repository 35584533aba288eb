import type { Schemas } from './api-types.ts'

/** An engine that turns speech into words. */
export type SpeechEngine = Schemas['SpeechEngine']
