import type { Schemas } from './api-types.ts'

/** What says words to callers. */
export type Voice = Schemas['Voice']

/** What compares voices. */
export type Verifier = Schemas['Verifier']
