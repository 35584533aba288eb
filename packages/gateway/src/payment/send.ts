import { wait, type Clock, type Secret } from '#kernel'

/** HTTPS through the egress guard, as #webhook's client gives it. Never rejects. */
export interface PaymentHttp {
  exchange(
    request: {
      readonly method: 'GET' | 'POST'
      readonly url: string
      readonly headers: Readonly<Record<string, string>>
      readonly body?: Uint8Array
      readonly tls: PaymentTls
      readonly timeoutMs: number
      readonly maxAnswerBytes: number
      /** On a kept connection nobody could tell a request that was read from one that was not. */
      readonly newConnection: true
    },
    signal?: AbortSignal,
  ): Promise<
    | {
        readonly ok: true
        readonly status: number
        readonly headers: Readonly<Record<string, string | string[] | undefined>>
        readonly body: Uint8Array
      }
    | { readonly ok: false; readonly why: string; readonly code?: string }
  >
}

export interface PaymentTls {
  readonly ca?: string
  readonly cert?: string
  readonly key?: Secret<string>
}

export interface PaymentRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly tls: PaymentTls
  readonly timeoutMs: number
}

export type PaymentAnswer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly json: unknown
      /** An earlier request under the same key may have been read: that this one was refused says nothing of that one. */
      readonly isAfterUnclear?: true
    }
  /** For certain it did not reach the provider. */
  | { readonly kind: 'not-sent'; readonly why: string }
  /** It may have. */
  | { readonly kind: 'lost'; readonly why: string }

const maxAnswerBytes = 256 * 1024
const notSent = new Set(['blocked', 'connect', 'tls'])
const retryDelaysMs = [500, 2_000]

/** One request. Whether one without an answer may have been read is said, never guessed. */
export async function send(
  http: PaymentHttp,
  request: PaymentRequest,
  signal: AbortSignal,
): Promise<PaymentAnswer> {
  const answer = await http.exchange({ ...request, maxAnswerBytes, newConnection: true }, signal)
  if (answer.ok) return { kind: 'answer', status: answer.status, json: parse(answer.body) }
  return { kind: notSent.has(answer.why) ? 'not-sent' : 'lost', why: answer.why }
}

/** The same request again, under the same key, while `again` says that its answer is none. Only for what a key makes idempotent. */
export async function sendUntilAnswered(
  { http, clock }: { readonly http: PaymentHttp; readonly clock: Clock },
  request: PaymentRequest,
  again: (answer: PaymentAnswer) => boolean,
  signal: AbortSignal,
): Promise<PaymentAnswer> {
  let answer = await send(http, request, signal)
  let mayBeRead = false
  for (const delayMs of retryDelaysMs) {
    if (signal.aborted || !again(answer)) return answer
    try {
      await wait(clock, delayMs, signal)
    } catch {
      return answer
    }
    const before = answer
    mayBeRead ||= before.kind !== 'not-sent'
    answer = await send(http, request, signal)
    // The first one may have been read, whatever became of the second.
    if (answer.kind === 'not-sent' && before.kind !== 'not-sent') answer = before
    if (mayBeRead && answer.kind === 'answer') answer = { ...answer, isAfterUnclear: true }
  }
  return answer
}

/** No answer, or one that says that the provider itself does not know. */
export function isUnclear(answer: PaymentAnswer): boolean {
  return answer.kind !== 'answer' || answer.status >= 500
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8')) as unknown
  } catch {
    return undefined
  }
}

/** What a property of something that may be anything is. */
export function field(json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null && Object.hasOwn(json, name)
    ? (json as Record<string, unknown>)[name]
    : undefined
}

export function textField(json: unknown, name: string): string | undefined {
  const value = field(json, name)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

/** A provider's word for a refusal, as it may be kept: short, and no run of digits that could be a number. */
export function providerCode(text: string | undefined): string | null {
  if (text === undefined) return null
  return /^[\w.:-]{1,64}$/.test(text) && !/\d{8}/.test(text) ? text : 'unreadable'
}
