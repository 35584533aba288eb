import { json, withSignal } from './requests.ts'
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
    callId: string,
    format: string,
    options: TranscriptOptions = {},
    signal?: AbortSignal,
  ) => ({
    method: 'GET' as const,
    path: `/v1/calls/${encodeURIComponent(callId)}/transcript`,
    query: { format, ...(options.original === true && { original: 'true' }) },
    ...withSignal(signal),
  })
  return {
    transcripts: {
      get: (callId, options, signal) => json(send, request(callId, 'json', options, signal)),
      text: async (callId, format, options, signal) =>
        (await send(request(callId, format, options, signal))).text(),
    },
  }
}
