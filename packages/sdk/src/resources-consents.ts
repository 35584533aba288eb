import type { Routes, Schemas } from './api-types.ts'
import type { PageOptions } from './resources.ts'

/** What one party of one call said to being recorded. */
export type Consent = Schemas['Consent']

export interface ConsentListOptions extends PageOptions {
  readonly callId?: string
}

export type ConsentChoice = Schemas['ConsentChoice']

/** What the law of a place asks, and where that is written. */
export type ConsentRule = Routes['GET /v1/consents/rules']['answer']['data'][number]
