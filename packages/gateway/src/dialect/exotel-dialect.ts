import { sid } from '#kernel'
import { isRecord, notUnderstood, readJson, type Platform } from './platform-dialect.ts'

/**
 * Exotel has no document of commands: its Voicebot applet asks an address for that of a WebSocket (developer.exotel.com, "Stream & Voicebot
 * Applet"), and that is all that is done here. Asked by POST with a form, not by GET: numbers do not stand in addresses here.
 */
export const exotel: Platform = {
  ask: ({ call, direction, from, to }) => ({
    contentType: 'application/x-www-form-urlencoded',
    accept: 'application/json',
    body: new URLSearchParams({
      CallSid: sid('CA', call),
      CallFrom: from,
      CallTo: to,
      Direction: direction === 'inbound' ? 'incoming' : 'outbound-dial',
    }).toString(),
  }),
  read(answer) {
    const told = readJson(answer)
    // pipecat's runner answers with `websocket_url`.
    const url = isRecord(told) ? (told['url'] ?? told['websocket_url']) : undefined
    if (typeof url !== 'string') return notUnderstood('the answer has no url')
    return [{ type: 'stream', wire: 'exotel', ...splitQuery(url) }]
  },
}

const maxParameters = 3

/** Exotel's custom parameters are the query of the address; here they are told in `start`, and no address has a query. */
function splitQuery(url: string): object {
  if (!URL.canParse(url)) return { url }
  const parsed = new URL(url)
  const given = [...parsed.searchParams].filter(([name]) => name !== 'sample-rate')
  const rate = Number(parsed.searchParams.get('sample-rate') ?? 8_000)
  parsed.search = ''
  const parameters = Object.fromEntries(given.slice(0, maxParameters))
  return { url: parsed.href, parameters, options: { rate } }
}
