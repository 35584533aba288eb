import { json } from './requests.ts'
import type { SpeechEngine } from './resources-speech.ts'
import type { Send } from './transport.ts'

/** What turns speech into words. */
export interface SpeechClient {
  readonly speech: {
    /** What is known of each engine, how it does, and whether this tenant may use it. */
    engines(signal?: AbortSignal): Promise<readonly SpeechEngine[]>
  }
}

export function speechOf(send: Send): SpeechClient {
  return {
    speech: { engines: async (signal) => (await json(send, 'GET /v1/speech/engines', { signal })).data },
  }
}
