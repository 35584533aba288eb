import { json } from './requests.ts'
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
    voices: { list: async (signal) => (await json(send, 'GET /v1/voices', { signal })).data },
  }
}
