import { ask, json } from './requests.ts'
import type { Transcript, TranscriptOptions } from './resources-transcripts.ts'
import type { Send } from './transport.ts'

/** What was said on calls that have ended. */
export interface TranscriptsClient {
  readonly transcripts: {
    get(callId: string, options?: TranscriptOptions, signal?: AbortSignal): Promise<Transcript>
    /** As lines of text, or as WebVTT for a player. */
    text(
      callId: string,
      format: 'text' | 'vtt',
      options?: TranscriptOptions,
      signal?: AbortSignal,
    ): Promise<string>
  }
}

export function transcriptsOf(send: Send): TranscriptsClient {
  const request = (
    id: string,
    format: 'json' | 'text' | 'vtt',
    { original }: TranscriptOptions = {},
    signal?: AbortSignal,
  ) => ({
    path: { id },
    query: { format, ...(original === true && { original: 'true' as const }) },
    signal,
  })
  const route = 'GET /v1/calls/{id}/transcript'
  return {
    transcripts: {
      get: (callId, options, signal) => json(send, route, request(callId, 'json', options, signal)),
      text: async (callId, format, options, signal) =>
        (await ask(send, route, request(callId, format, options, signal))).text(),
    },
  }
}
