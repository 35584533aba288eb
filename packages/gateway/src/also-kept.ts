import type { ConsentStore, PaymentStore } from '#db'
import type { AlsoKept } from '#retention'
import type { SubjectTokens } from '#tokens'

/** Tokens go with their keys; payments stay on the books, and so does that somebody agreed, without anything that leads to a person. */
export function alsoKept(o: {
  readonly subjectTokens: SubjectTokens
  readonly payments: Pick<PaymentStore, 'ofCall' | 'forgetCall'>
  readonly consents: Pick<ConsentStore, 'forgetParties'>
}): AlsoKept {
  return {
    async found(tenant, call) {
      const tokens = await o.subjectTokens.ofCall(tenant, call)
      const payments = await o.payments.ofCall(tenant, call)
      return { tokens: tokens.length, payments: payments.length }
    },
    async forget(tenant, call, request) {
      await o.subjectTokens.forgetCall(tenant, call, request)
      await o.payments.forgetCall(tenant, call)
      await o.consents.forgetParties(tenant, call)
    },
  }
}
