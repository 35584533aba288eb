import type { Listing } from './pages.ts'
import { act, json, listOf, withSignal } from './requests.ts'
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
  const path = '/v1/consents'
  return {
    consents: {
      list: ({ callId, ...page } = {}) => listOf<Consent>(send, path, page, { call_id: callId }),
      find: (number, signal) =>
        json(send, { method: 'POST', path: `${path}/find`, body: { number }, ...withSignal(signal) }),
      choose: (number, choice, options) =>
        act(send, { method: 'POST', path: `${path}/choices`, body: { number, choice }, ...options }),
      async rules(signal) {
        const { data } = await json<{ data: ConsentRule[] }>(send, {
          method: 'GET',
          path: `${path}/rules`,
          ...withSignal(signal),
        })
        return data
      },
    },
  }
}
