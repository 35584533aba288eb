import { createHmac } from 'node:crypto'
import type { PaymentProviderConfig } from '#kernel'
import type { ProviderDeps } from './adyen-provider.ts'
import type { PaymentProvider, PayRequest, PayResult } from './contract.ts'
import { readPointer } from './json-pointer.ts'
import {
  isUnclear,
  providerCode,
  send,
  sendUntilAnswered,
  type PaymentAnswer,
  type PaymentRequest,
} from './send.ts'
import { fillTemplate, placeholdersOf } from './template.ts'

type Config = Extract<PaymentProviderConfig, { kind: 'https' }>
type Mapping = Config['answer']

const refused = new Set([400, 401, 403, 404, 422, 429])

/** Any provider that takes one POST and answers with JSON: what is sent and how the answer is read the configuration says. */
export function httpsProvider(config: Config, deps: ProviderDeps): PaymentProvider {
  return {
    id: config.id,
    kind: 'https',
    region: config.region,
    async pay(request, signal) {
      const template = request.method.kind === 'card' ? config.template : config.bankTemplate
      if (template === undefined) return { outcome: 'failed', providerCode: 'method-not-supported' }
      const escape = config.contentType === 'application/json' ? 'json' : 'form'
      const body = fillTemplate(template, placeholdersOf(request), escape)
      try {
        const sent = requestOf(config, deps, request, body)
        const answer = config.isIdempotent
          ? await sendUntilAnswered(deps, sent, isUnclear, signal)
          : await send(deps.http, sent, signal)
        return readAnswer(config.answer, answer)
      } finally {
        body.fill(0)
      }
    },
    async outcome({ idempotencyKey }, signal) {
      const { lookup } = config
      if (lookup === undefined) return { outcome: 'unknown', providerCode: 'no-lookup' }
      const url = lookup.url.replace('{{key}}', encodeURIComponent(idempotencyKey))
      const { tls } = deps
      const asked = {
        method: 'GET',
        url,
        headers: headersOf(config, deps),
        tls,
        timeoutMs: config.timeoutMs,
      } as const
      const answer = await sendUntilAnswered(deps, asked, isUnclear, signal)
      if (answer.kind !== 'answer') return { outcome: 'unknown', providerCode: answer.why }
      if (answer.status === 404) return { outcome: 'failed', providerCode: 'not-found' }
      if (answer.status !== 200) return { outcome: 'unknown', providerCode: String(answer.status) }
      return readAnswer(lookup.answer ?? config.answer, answer)
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

function requestOf(
  config: Config,
  deps: ProviderDeps,
  { idempotencyKey }: PayRequest,
  body: Uint8Array,
): PaymentRequest {
  const headers = {
    ...headersOf(config, deps),
    'content-type': config.contentType,
    [config.idempotencyHeader]: idempotencyKey,
    ...signatureOf(config, deps, body),
  }
  return { method: 'POST', url: config.url, headers, body, tls: deps.tls, timeoutMs: config.timeoutMs }
}

function headersOf({ headers }: Config, { readSecret }: ProviderDeps): Record<string, string> {
  const all = Object.entries(headers).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : readSecret(value.secret).reveal(),
  ])
  return { accept: 'application/json', ...(Object.fromEntries(all) as Record<string, string>) }
}

function signatureOf(
  { signing }: Config,
  { readSecret, clock }: ProviderDeps,
  body: Uint8Array,
): Record<string, string> {
  if (signing === undefined) return {}
  const time = String(Math.floor(clock.now() / 1_000))
  const mac = createHmac('sha256', readSecret(signing.secret).reveal())
    .update(`${time}.`)
    .update(body)
    .digest('hex')
  return { [signing.timestampHeader]: time, [signing.header]: mac }
}

function readAnswer(mapping: Mapping, answer: PaymentAnswer): PayResult {
  if (answer.kind === 'not-sent') return { outcome: 'failed', providerCode: answer.why }
  if (answer.kind === 'lost') return { outcome: 'unknown', providerCode: answer.why }
  const { json, status, isAfterUnclear } = answer
  const code = mapping.codeAt === undefined ? undefined : readPointer(json, mapping.codeAt)
  const word = readPointer(json, mapping.outcomeAt)
  const shown = providerCode(code ?? word)
  const at = (pointer: string | undefined) =>
    pointer === undefined ? null : (readPointer(json, pointer) ?? null)
  // A server that failed says nothing of the payment, whatever its body says.
  if (status >= 500) return { outcome: 'unknown', providerCode: String(status) }
  if (word !== undefined) {
    if (mapping.succeeded.includes(word))
      return { outcome: 'succeeded', paymentId: at(mapping.paymentIdAt), providerToken: at(mapping.tokenAt) }
    if (mapping.needsScreen.includes(word)) return { outcome: 'needs-screen', providerCode: shown }
    if (mapping.failed.includes(word)) return { outcome: 'failed', providerCode: shown }
    if (mapping.declined.includes(word)) {
      const reason = mapping.reasons[code ?? ''] ?? 'other'
      return { outcome: 'declined', reason, providerCode: shown }
    }
  }
  // Refused before it was looked at: the request, its sender, or too many of them. An earlier one may have been looked at.
  if (refused.has(status) && isAfterUnclear !== true)
    return { outcome: 'failed', providerCode: String(status) }
  return { outcome: 'unknown', providerCode: shown ?? String(status) }
}
