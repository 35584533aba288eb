/** The messages of a media stream that this app cares about. */
export type StreamMessage =
  | { readonly event: 'start'; readonly streamSid: string }
  | { readonly event: 'media'; readonly media: { readonly track: string; readonly payload: string } }
  | { readonly event: 'dtmf'; readonly dtmf: { readonly digit: string } }
  | { readonly event: 'mark' }

/** Reads one message; `undefined` for what is not one of ours or not whole. */
export function parseStreamMessage(text: string): StreamMessage | undefined {
  const message = parseJson(text) as Partial<Record<string, unknown>> | null | undefined
  if (typeof message !== 'object' || message === null) return undefined
  const { event, streamSid } = message
  const media = message['media'] as { track?: unknown; payload?: unknown } | null | undefined
  const dtmf = message['dtmf'] as { digit?: unknown } | null | undefined
  if (event === 'media' && typeof media?.track === 'string' && typeof media.payload === 'string') {
    return { event, media: { track: media.track, payload: media.payload } }
  }
  if (event === 'start' && typeof streamSid === 'string') return { event, streamSid }
  if (event === 'dtmf' && typeof dtmf?.digit === 'string') return { event, dtmf: { digit: dtmf.digit } }
  return event === 'mark' ? { event } : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
