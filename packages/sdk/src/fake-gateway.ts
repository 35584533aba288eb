import { Webhook } from 'standardwebhooks'
import { createStreamServer, type StreamServer, type StreamServerOptions } from './stream-server.ts'
import type { StreamSocket } from './stream-socket.ts'

export const fakeUrl = 'wss://app.example/stream'
export const fakeSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`

/** What a gateway sends with an upgrade now. */
export function signedHeaders(url = fakeUrl, id = 'strm_1'): Record<string, string> {
  const now = new Date()
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(fakeSecret).sign(id, now, url),
  }
}

/** Time that passes when told to. */
export function fakeStreamClock() {
  const timers = new Set<{ readonly atMs: number; readonly fire: () => void }>()
  let now = 0
  return {
    nowMs: () => now,
    after(ms: number, fire: () => void) {
      const timer = { atMs: now + ms, fire }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    pass(ms: number) {
      now += ms
      for (const timer of [...timers].toSorted((a, b) => a.atMs - b.atMs)) {
        if (timer.atMs > now || !timers.delete(timer)) continue
        timer.fire()
      }
    },
  }
}

/** The gateway's end of a socket that is in memory. */
export interface FakeSocket {
  readonly socket: StreamSocket
  /** What the app sent. */
  readonly sent: (string | Uint8Array)[]
  /** The last text message of the app. */
  last(): Record<string, unknown>
  say(message: object | Uint8Array): void
  /** The connection breaks. */
  cut(): void
  closed(): { readonly code: number | undefined; readonly reason: string | undefined } | undefined
}

export function fakeSocket(): FakeSocket {
  const listeners: { type: string; listener: (event: { data: unknown }) => void }[] = []
  const sent: (string | Uint8Array)[] = []
  let closed: ReturnType<FakeSocket['closed']>
  const tell = (type: string, data?: unknown) => {
    for (const each of listeners) if (each.type === type) each.listener({ data })
  }
  return {
    socket: {
      send: (message) => void sent.push(message),
      close(code, reason) {
        if (closed !== undefined) return
        closed = { code, reason }
        tell('close')
      },
      addEventListener: (type: string, listener: (event: { data: unknown }) => void) =>
        void listeners.push({ type, listener }),
    },
    sent,
    last: () =>
      JSON.parse(sent.findLast((message) => typeof message === 'string') ?? 'null') as Record<
        string,
        unknown
      >,
    say: (message) =>
      tell('message', message instanceof Uint8Array ? message.slice().buffer : JSON.stringify(message)),
    cut() {
      closed = { code: undefined, reason: undefined }
      tell('close')
    },
    closed: () => closed,
  }
}

/** A server whose streams need no token, unless the options say otherwise. */
export function fakeServer(options: Partial<StreamServerOptions> = {}): StreamServer {
  return createStreamServer({
    url: fakeUrl,
    secrets: fakeSecret,
    tokens: false,
    onConversation: async ({ ended }) => void (await ended),
    ...options,
  })
}

export async function acceptedBy(server: StreamServer, protocol?: string): Promise<FakeSocket> {
  const offered = protocol === undefined ? {} : { 'sec-websocket-protocol': protocol }
  const upgrade = await server.upgrade({ url: '/stream', headers: { ...signedHeaders(), ...offered } })
  if (!upgrade.ok) throw new Error(`refused: ${upgrade.reason}`)
  const fake = fakeSocket()
  upgrade.accept(fake.socket)
  return fake
}

export const twilioStart = {
  event: 'start',
  sequenceNumber: '1',
  streamSid: 'MZ1',
  start: {
    accountSid: 'AC1',
    callSid: 'CA1',
    streamSid: 'MZ1',
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8_000, channels: 1 },
    customParameters: { colour: 'blue' },
  },
}

export const sessionStart = {
  type: 'session.start',
  seq: 1,
  t_ms: 0,
  stream_id: 'strm_1',
  call_id: 'call_1',
  leg_id: 'leg_1',
  account_id: 'default',
  direction: 'inbound',
  from: '+12025550143',
  to: '+12025550187',
  media: {
    encoding: 'audio/l16',
    rate: 16_000,
    source_rate: 16_000,
    channels: 1,
    frame_ms: 20,
    tracks: ['inbound'],
  },
  parameters: { colour: 'blue' },
  resume: { id: 'resume_1', window_ms: 10_000, resumed: false, last_seq: 0 },
}

/** Lets everything that waits for nothing but promises happen. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 200; round++) await Promise.resolve()
}
