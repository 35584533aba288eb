import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Tape, TapeEntry } from './tape.ts'

export interface ReplayOptions {
  readonly tape: Tape
  readonly port: number
  /** The address that is signed: the one that the app was told it has. */
  readonly publicUrl: string
  readonly ca: string
  /** `whsec_…` */
  readonly secret: string
  readonly tell: (text: string) => void
  readonly signal: AbortSignal
}

export interface ReplayReport {
  readonly webhooks: number
  /** Where the app answered otherwise than on the tape: which event, what then, what now. */
  readonly differences: readonly string[]
  /** How many messages the app sent over its streams, on the tape and now. */
  readonly messagesThen: number
  readonly messagesNow: number
}

interface Action {
  readonly type?: string
  readonly options?: { readonly token?: string }
  readonly parameters?: Readonly<Record<string, string>>
}

const tokenParameter = 'voxkeep_token'
const settleMs = 300 // for the app's last words

/**
 * Plays a gateway's part of a tape to an app, at the pace of the tape, freshly signed. It does not react to what the app says: marks and the like
 * come as they came then. Rejects when the app cannot be reached.
 */
export async function replay(options: ReplayOptions): Promise<ReplayReport> {
  const { tape, signal } = options
  const state: State = { ...options, sockets: new Map(), differences: [], tokens: [], messagesNow: 0 }
  const startedMs = performance.now()
  let webhooks = 0
  for (const entry of tape.entries) {
    const waitMs = entry.atMs - (performance.now() - startedMs)
    if (waitMs > 0) await sleep(waitMs, undefined, { signal })
    if (entry.kind === 'webhook') webhooks += 1
    await play(state, entry)
  }
  await sleep(settleMs, undefined, { signal })
  for (const socket of state.sockets.values()) socket.terminate()
  const messagesThen = tape.entries.filter(({ kind }) => kind === 'from-app').length
  return { webhooks, differences: state.differences, messagesThen, messagesNow: state.messagesNow }
}

interface State extends ReplayOptions {
  readonly sockets: Map<number, WebSocket>
  readonly differences: string[]
  /** Of streams that were asked for and not begun yet. */
  readonly tokens: string[]
  messagesNow: number
}

async function play(state: State, entry: TapeEntry): Promise<void> {
  switch (entry.kind) {
    case 'webhook':
      return tellApp(state, entry)
    case 'open':
      return void state.sockets.set(entry.stream, await open(state, entry.protocol))
    case 'to-app': {
      const socket = state.sockets.get(entry.stream)
      if (socket?.readyState !== WebSocket.OPEN) return
      return socket.send(
        entry.bytes === undefined ? withToken(state, entry.text ?? '') : Buffer.from(entry.bytes, 'base64'),
      )
    }
    case 'close':
      return state.sockets.get(entry.stream)?.close(1_000)
    case 'from-app':
      return
  }
}

async function tellApp(state: State, entry: TapeEntry & { kind: 'webhook' }): Promise<void> {
  const { port, ca, publicUrl } = state
  const body = JSON.stringify(entry.event)
  const headers = {
    ...sign(state.secret, body),
    host: new URL(publicUrl).host,
    'content-type': 'application/json',
  }
  const asking = httpsRequest({
    host: '127.0.0.1',
    port,
    ca,
    method: 'POST',
    path: '/voxkeep',
    headers,
    agent: false,
  })
  asking.end(body)
  const [answer] = (await once(asking, 'response', { signal: state.signal })) as [IncomingMessage]
  const text = Buffer.concat(await Array.fromAsync(answer as AsyncIterable<Buffer>)).toString()
  const actions = actionsOf(text === '' ? null : JSON.parse(text))
  for (const { type, options, parameters } of actions) {
    const token = options?.token ?? parameters?.[tokenParameter]
    if (type === 'stream' && token !== undefined) state.tokens.push(token)
  }
  const then = describe(entry.status, actionsOf(entry.answer))
  const now = describe(answer.statusCode ?? 0, actions)
  state.tell(`→ ${entry.event.type}\n← ${now}${now === then ? '' : `   (then: ${then})`}`)
  if (now !== then) state.differences.push(`${entry.event.type}: ${then} then, ${now} now`)
}

async function open(state: State, protocol: string): Promise<WebSocket> {
  const { port, ca, publicUrl, secret } = state
  const url = `${publicUrl.replace(/^https:/, 'wss:')}/stream`
  const headers = { ...sign(secret, url), host: new URL(url).host }
  const protocols = protocol === '' ? [] : [protocol]
  const socket = new WebSocket(`wss://127.0.0.1:${port}/stream`, protocols, { ca, headers })
  socket.on('message', () => (state.messagesNow += 1))
  await once(socket, 'open', { signal: state.signal })
  socket.on('error', () => socket.terminate())
  return socket
}

/** The stream's first message carries the token of the tape's day; the app gave another now. */
function withToken({ tokens }: State, text: string): string {
  const message = JSON.parse(text) as {
    type?: string
    event?: string
    token?: string
    start?: { customParameters?: Record<string, string> }
  }
  if (message.type !== 'session.start' && message.event !== 'start') return text
  const token = tokens.shift()
  if (token === undefined) return text
  if (message.type === 'session.start') return JSON.stringify({ ...message, token })
  const customParameters = { ...message.start?.customParameters, [tokenParameter]: token }
  return JSON.stringify({ ...message, start: { ...message.start, customParameters } })
}

function sign(secret: string, payload: string): Record<string, string> {
  const id = `evt_${randomBytes(12).toString('hex')}`
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${payload}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}

function actionsOf(answer: unknown): readonly Action[] {
  return (answer as { actions?: Action[] } | null)?.actions ?? []
}

function describe(status: number, actions: readonly Action[]): string {
  return [status, ...actions.map(({ type }) => type)].join(' ')
}
