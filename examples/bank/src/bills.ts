/** What is known of a bill's payment. `unknown`: it may have been paid, or is about to be. */
type BillState = 'open' | 'unknown' | 'paid'

/** The bills of one process, for as long as it runs. A real bank has them in its database, with the same two acts. */
export interface Bills {
  /** Takes a bill for a call; false: it is not open. */
  take(reference: string, call: string): boolean
  /** What became of it. `open` counts of the call that took it last, and not once it is paid. */
  note(reference: string, call: string, state: 'paid' | 'open'): void
}

export function openBills(...references: readonly string[]): Bills {
  const bills = new Map<string, { readonly state: BillState; readonly call?: string }>()
  for (const reference of references) bills.set(reference, { state: 'open' })
  return {
    take(reference, call) {
      if (bills.get(reference)?.state !== 'open') return false
      bills.set(reference, { state: 'unknown', call })
      return true
    },
    note(reference, call, state) {
      const bill = bills.get(reference)
      if (bill === undefined) return
      if (state === 'paid' || (bill.state === 'unknown' && bill.call === call))
        bills.set(reference, { state })
    },
  }
}
