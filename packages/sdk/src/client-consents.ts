import type { Listing } from './pages.ts'
import { act, json, listOf } from './requests.ts'
import type { Consent, ConsentChoice, ConsentListOptions, ConsentRule } from './resources-consents.ts'
import type { ActOptions } from './resources.ts'
import type { Send } from './transport.ts'

/** Who agreed to be recorded, who did not, and who chose once and for all. */
export interface ConsentsClient {
  readonly consents: {
    /** What parties of calls said, newest first. */
    list(options?: ConsentListOptions): Listing<Consent>
    /** What somebody chose, and the last hundred times that they were asked. */
    find(
      number: string,
      signal?: AbortSignal,
    ): Promise<{ readonly choice: ConsentChoice | null; readonly data: readonly Consent[] }>
    /** For all calls from now on; `none`: asked anew. */
    choose(number: string, choice: 'opt-in' | 'opt-out' | 'none', options?: ActOptions): Promise<void>
    /** The rules in force, by place. */
    rules(signal?: AbortSignal): Promise<readonly ConsentRule[]>
  }
}

export function consentsOf(send: Send): ConsentsClient {
  return {
    consents: {
      list: ({ callId, ...page } = {}) => listOf(send, 'GET /v1/consents', page, { call_id: callId }),
      find: (number, signal) => json(send, 'POST /v1/consents/find', { body: { number }, signal }),
      choose: (number, choice, options) =>
        act(send, 'POST /v1/consents/choices', { body: { number, choice }, ...options }),
      rules: async (signal) => (await json(send, 'GET /v1/consents/rules', { signal })).data,
    },
  }
}
