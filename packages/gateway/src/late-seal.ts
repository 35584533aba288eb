import type { FieldSeal, KeyErrorCode } from '#keys'
import { KeyError } from '#keys'

/** A seal that is closed until it is given the real one: the keys lie in the database that is opened with it. */
export function lateSeal(): FieldSeal & { fit(seal: FieldSeal): void } {
  const closed = (): never => {
    throw new KeyError('KEY_CLOSED' satisfies KeyErrorCode, 'the keys are not open yet')
  }
  let inner: FieldSeal = { seal: closed, open: closed }
  return {
    seal: (tenant, text, context) => inner.seal(tenant, text, context),
    open: (tenant, sealed, context) => inner.open(tenant, sealed, context),
    fit: (seal) => void (inner = seal),
  }
}
