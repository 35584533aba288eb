import { json, withSignal } from './requests.ts'
import type { Voice } from './resources-voices.ts'
import type { Send } from './transport.ts'

/** What says words to callers. */
export interface VoicesClient {
  readonly voices: {
    /** What is known of each voice, how it does, and whether this tenant may use it. */
    list(signal?: AbortSignal): Promise<readonly Voice[]>
  }
}

export function voicesOf(send: Send): VoicesClient {
  return {
    voices: {
      async list(signal) {
        const { data } = await json<{ data: Voice[] }>(send, {
          method: 'GET',
          path: '/v1/voices',
          ...withSignal(signal),
        })
        return data
      },
    },
  }
}
