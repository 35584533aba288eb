import type { Schemas } from './api-types.ts'
import type { BodyOf } from './requests.ts'
import type { PageOptions } from './resources.ts'

/** A legal hold: what it is on is not deleted by policy, by command or for a data subject. */
export type Hold = Schemas['Hold']

/** What to hold: everything that is named has to fit; `all` holds all of the tenant. */
export type HoldRequest = BodyOf<'POST /v1/holds'>

export interface HoldListOptions extends PageOptions {
  /** Only those that were not released, or only those that were. */
  readonly active?: boolean
}

/** What was asked about a person, and what became of it. Names nobody. */
export type SubjectRequest = Schemas['SubjectRequest']

/** What the policies would delete by a time. */
export type RetentionPlan = Schemas['RetentionPlan']

/** Something that is done now and then. */
export type Job = Schemas['Job']
