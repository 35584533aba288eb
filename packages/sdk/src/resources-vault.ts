import type { Schemas } from './api-types.ts'
import type { PageOptions } from './resources.ts'

/** There is none for card security codes and PINs: those are never kept. */
export type VaultTokenKind = VaultToken['kind']

/** What may be shown of a token: nothing that brings the value back. */
export type VaultToken = Schemas['VaultToken']

export type NewVaultToken = Schemas['NewVaultTokenInput']

/** A payment that a call asked for. */
export type Payment = Schemas['Payment']

export interface PaymentListOptions extends PageOptions {
  readonly state?: Payment['state']
  readonly callId?: string
}
