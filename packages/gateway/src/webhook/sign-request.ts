import { createHash } from 'node:crypto'
import type { ReadyRequest } from './event.ts'
import { signPlatform } from './sign-platform.ts'
import { signStandard } from './sign-standard.ts'
import { signTwilio, type TwilioParams } from './sign-twilio.ts'
import type { WebhookApp } from './webhook-app.ts'

/**
 * The request as it goes out now: the Standard Webhooks headers always, `X-Twilio-Signature` where the app has tokens for that, by the
 * first of them, and another platform's where it has keys for that. A name and password inside the address become an `Authorization` header, and what is signed is the address without
 * them: that is what the app's server sees. A JSON body signed Twilio's way puts `bodySHA256` into the query.
 *
 * @param id - The same for every attempt.
 */
export function signRequest(
  app: Pick<WebhookApp, 'secrets' | 'twilioTokens' | 'platform'>,
  request: ReadyRequest,
  id: string,
  nowMs: number,
): { readonly url: string; readonly headers: Record<string, string> } {
  const { url: plain, authorization } = asRequested(request.url)
  const [token] = app.twilioTokens ?? []
  const params = token && paramsOf(request)
  const url = token !== undefined && params === undefined ? withBodyHash(plain, request.body) : plain
  const body = request.method === 'POST' ? request.body : ''
  const headers = {
    ...request.headers,
    ...(authorization !== undefined && { authorization }),
    ...signStandard(app.secrets, id, nowMs / 1_000, body),
    ...(token !== undefined && { 'x-twilio-signature': signTwilio(token, url, params) }),
    ...(app.platform && signPlatform(app.platform, { ...request, url }, id, nowMs)),
  }
  return { url, headers }
}

/** What is signed beside the address; undefined for a body that is no form and is signed by its hash. */
function paramsOf({ method, headers, body }: ReadyRequest): TwilioParams | undefined {
  if (method === 'GET') return {}
  if (headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true) return undefined
  const sent = new URLSearchParams(body)
  return Object.fromEntries([...new Set(sent.keys())].map((name) => [name, sent.getAll(name)]))
}

function withBodyHash(url: string, body: string): string {
  const hash = createHash('sha256').update(body).digest('hex')
  return `${url}${url.includes('?') ? '&' : '?'}bodySHA256=${hash}`
}

/** As it goes over the wire, which is what the server has to check the signature against: no credentials, no fragment, spelled as URLs are. */
function asRequested(url: string): { readonly url: string; readonly authorization?: string } {
  if (!URL.canParse(url)) return { url }
  const parsed = new URL(url)
  const { username, password } = parsed
  parsed.username = parsed.password = parsed.hash = ''
  if (username === '' && password === '') return { url: parsed.href }
  const pair = `${decoded(username)}:${decoded(password)}`
  return { url: parsed.href, authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` }
}

/** As it stands where it is no percent-encoding: URLs may have any `%`, and the address is the app's. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
