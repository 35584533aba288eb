import { act, json } from './requests.ts'
import type { Verifier } from './resources-voices.ts'
import type { Send } from './transport.ts'

/** What compares voices. */
export interface VerifiersClient {
  readonly verifiers: {
    /** What is known of each engine, how it does, and whether this tenant may use it. */
    list(signal?: AbortSignal): Promise<readonly Verifier[]>
    /** Has an engine forget a person’s voice; resolves when it does not know it. */
    forget(verifier: string, subject: string, signal?: AbortSignal): Promise<void>
  }
}

export function verifiersOf(send: Send): VerifiersClient {
  return {
    verifiers: {
      list: async (signal) => (await json(send, 'GET /v1/verifiers', { signal })).data,
      forget: (id, subject, signal) =>
        act(send, 'DELETE /v1/verifiers/{id}/subjects/{subject}', { path: { id, subject }, signal }),
    },
  }
}
