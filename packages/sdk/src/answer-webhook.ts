import { answerWith, type CallCommand } from './commands.ts'
import type { HeaderSource } from './header-value.ts'
import type { SignatureFault, VerifyOptions } from './signature.ts'
import type { EventOf, KnownEvent, WebhookEvent } from './webhook-event.ts'
import { isToolAnswer, type ToolAnswer } from './webhook-tool.ts'
import { printError } from './print-error.ts'
import { verifyWebhook } from './webhook.ts'

/** What to do with the call; for events that only tell, nothing. */
export type WebhookAnswer = readonly CallCommand[] | CallCommand | ToolAnswer | undefined | void

export type WebhookHandlers = {
  readonly [Type in KnownEvent['type']]?: (
    event: EventOf<Type>,
    id: string,
  ) => WebhookAnswer | Promise<WebhookAnswer>
}

export interface WebhookOptions extends VerifyOptions {
  /** The `whsec_…` secrets that the gateway signs with. */
  readonly secrets: string | readonly string[]
  /** What to do, by the type of the event. */
  readonly on: WebhookHandlers
  /** Events that `on` does not name. */
  readonly other?: (event: WebhookEvent, id: string) => WebhookAnswer | Promise<WebhookAnswer>
  /** Told of requests that are not the gateway's. */
  readonly onRefused?: (reason: SignatureFault | 'body-malformed') => void
  /** Told of each event and what it is answered. */
  readonly onAnswered?: (event: WebhookEvent, answer: readonly CallCommand[] | undefined) => void
}

export interface WebhookReply {
  readonly status: 200 | 204 | 401
  /** JSON, with 200. */
  readonly body?: string
}

/**
 * Verifies a webhook, has it handled, and says what to reply: 401 to whoever is not the gateway. `id` is the same in every try of an event.
 * Rejects only with what a handler throws: reply 500 then, and the gateway does what its configuration says.
 *
 * @param payload - The body exactly as it was received.
 */
export async function answerWebhook(
  payload: string | Uint8Array,
  headers: HeaderSource,
  options: WebhookOptions,
): Promise<WebhookReply> {
  const checked = await verifyWebhook(payload, headers, options.secrets, options)
  if (!checked.ok) {
    options.onRefused?.(checked.reason)
    return { status: 401 }
  }
  const { event, id } = checked
  const handler = Object.hasOwn(options.on, event.type)
    ? options.on[event.type as KnownEvent['type']]
    : undefined
  // The handler under a type is one for events of that type, which TypeScript cannot see here.
  const answer = await ((handler as typeof options.other) ?? options.other)?.(event, id)
  if (answer !== undefined && isToolAnswer(answer)) {
    options.onAnswered?.(event, answer.actions)
    return { status: 200, body: JSON.stringify(answer) }
  }
  const commands = answer === undefined ? undefined : [answer].flat()
  options.onAnswered?.(event, commands)
  return commands === undefined
    ? { status: 204 }
    : { status: 200, body: JSON.stringify(answerWith(...commands)) }
}

/** The same where requests and responses are those of `fetch`: Deno, Bun, Workers. A body above 256 KiB is answered with 413. */
export async function answerRequest(request: Request, options: WebhookOptions): Promise<Response> {
  const body = request.body === null ? new Uint8Array(0) : await readBody(request.body)
  if (body === undefined) return new Response(null, { status: 413 })
  const { status, body: json } = await answerWebhook(body, request.headers, options)
  return new Response(json ?? null, { status, ...(json !== undefined && { headers: jsonType }) })
}

const jsonType = { 'content-type': 'application/json' }
const maxBodyBytes = 256 * 1_024 // a long transcript's line is far below

interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly headers: HeaderSource
}

interface NodeResponse {
  writeHead(status: number, headers?: Record<string, string>): { end(body?: string): unknown }
  destroy(): unknown
}

/** The same for a request of `node:http` or `node:https`; never rejects: an error of a handler is printed, and answered with 500. */
export async function answerOnNode(
  request: NodeRequest,
  response: NodeResponse,
  options: WebhookOptions,
): Promise<void> {
  try {
    const payload = await readBody(request)
    if (payload === undefined) return void response.writeHead(413).end()
    const { status, body } = await answerWebhook(payload, request.headers, options)
    response.writeHead(status, body === undefined ? {} : jsonType).end(body)
  } catch (error) {
    printError('a webhook failed:', error)
    response.writeHead(500).end()
  }
}

/** Undefined for more than anybody has signed: a stranger's body is not read to its end. */
async function readBody(request: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  let body = new Uint8Array(0)
  for await (const chunk of request) {
    if (body.length + chunk.length > maxBodyBytes) return undefined
    const longer = new Uint8Array(body.length + chunk.length)
    longer.set(body)
    longer.set(chunk, body.length)
    body = longer
  }
  return body
}
