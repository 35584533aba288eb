import type { Payment } from '@voxkeep/sdk'

export type PaymentState = Payment['state']

/** What the assistant needs of the bank. */
export interface Bank {
  /** Whose number it is; undefined: nobody's. A number alone proves nothing: it decides whom to ask, not what they may do. */
  customerOf(number: string): string | undefined
  /** In minor units. */
  balance(customer: string): number
  /** Whether this token holds the customer's access code. */
  isAccessCode(customer: string, token: string): Promise<boolean>
  /** By which name the gateway's verifier knows the customer's voice, and where it is on record that they agreed to that; undefined: they did not. */
  voiceOf?(customer: string): { readonly subject: string; readonly consent: string } | undefined
  /** Sends the standing amount to the saved payee. Throws when it cannot. */
  transfer(customer: string): Promise<{ readonly amount: number; readonly payee: string }>
  /** Takes the customer's open bill for this call, which no other gets until it is noted `open`: in one act. undefined: there is none. */
  takeBill(
    customer: string,
    call: string,
  ): { readonly amount: number; readonly reference: string } | undefined
  /** What became of a bill. `open` counts of the call that took it last, and not once it is paid: news of a payment may come late. */
  noteBill(reference: string, call: string, state: 'paid' | 'open'): void
  /** The states of what this call sent to the payment provider for a bill, by the gateway's record; none: nothing was sent. */
  paymentsOf(call: string, reference: string): Promise<readonly PaymentState[]>
  /** Where people sit who can help. */
  readonly desk: string
  /** The payment provider of the gateway's configuration. */
  readonly provider: string
  /** The agent of the gateway's configuration that callers talk with; without one there are keys. */
  readonly agent?: string
}
