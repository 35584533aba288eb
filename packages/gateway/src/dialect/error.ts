import type { DialectFault } from './contract.ts'

/** An answer that cannot be carried out. `fault` says why in the dialect's own code. */
export class DialectError extends Error {
  override readonly name = 'DialectError'
  readonly code = 'DIALECT_ANSWER'
  readonly fault: DialectFault
  constructor(fault: DialectFault, options?: ErrorOptions) {
    super('the app’s answer cannot be carried out', options)
    this.fault = fault
  }
}
