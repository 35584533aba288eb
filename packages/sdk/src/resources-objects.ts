import type { Schemas } from './api-types.ts'
import type { BodyOf } from './requests.ts'
import type { PageOptions } from './resources.ts'

export type SealedObject = Schemas['SealedObject']

export interface ObjectListOptions extends PageOptions {
  readonly callId?: string
  readonly state?: SealedObject['state']
}

export type VerifyRequest = BodyOf<'POST /v1/objects/verify'>

export type VerifyReport = Schemas['VerifyReport']

export type Backup = Schemas['Backup']

/** A data key that was destroyed. */
export interface Erasure {
  readonly object: string
  readonly tenant: string
  readonly purpose: string
  readonly wrapped_sha256: string
  readonly at: string
}
