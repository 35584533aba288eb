import { VoxkeepApiError } from './api-error.ts'
import { ask, json } from './requests.ts'
import type { LiveCallDetail, LiveItem } from './resources-live.ts'
import type { Send } from './transport.ts'

const lineFeed = 0x0a

export interface LiveClient {
  readonly live: {
    /** What happens at the gateway, for up to an hour: first the calls that go on, then everything as it comes. */
    watch(signal?: AbortSignal): AsyncGenerator<LiveItem, void>
    /** A call that goes on: its story, receipt and ladder so far. */
    get(id: string, signal?: AbortSignal): Promise<LiveCallDetail>
  }
}

export function liveOf(send: Send): LiveClient {
  return {
    live: {
      watch: (signal) => watch(send, signal),
      get: (id, signal) => json(send, 'GET /v1/calls/{id}/live', { path: { id }, signal }),
    },
  }
}

async function* watch(send: Send, signal: AbortSignal | undefined): AsyncGenerator<LiveItem, void> {
  const { body } = await ask(send, 'GET /v1/live', { signal })
  if (body === null) return
  for await (const line of lines(body)) if (line !== '') yield parse(line)
}

function parse(line: string): LiveItem {
  try {
    return JSON.parse(line) as LiveItem
  } catch (cause) {
    throw new VoxkeepApiError('API_MALFORMED', 'the gateway’s line is not JSON', {}, { cause })
  }
}

/** Text between line feeds; what comes after the last one is left out. */
async function* lines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let rest = new Uint8Array()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      rest = joined(rest, value)
      for (let end = rest.indexOf(lineFeed); end >= 0; end = rest.indexOf(lineFeed)) {
        yield decoder.decode(rest.subarray(0, end))
        rest = rest.slice(end + 1)
      }
    }
  } finally {
    await reader.cancel().catch(() => {})
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
