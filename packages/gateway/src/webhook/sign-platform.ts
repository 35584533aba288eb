import { createHash, createHmac, createPrivateKey, sign, type KeyObject } from 'node:crypto'
import type { Secret, SignedPlatform } from '#kernel'
import { WebhookError } from './errors.ts'
import type { ReadyRequest } from './event.ts'

/** What signs as another platform does. */
export interface PlatformKeys {
  readonly platform: SignedPlatform
  /** The primary one first. */
  readonly secrets: readonly Secret<string>[]
  readonly apiKey?: string | undefined
}

/** How long a signature of Vonage's form is good for; the other side's clock may be off by as much. */
const lifetimeS = 300

/**
 * The headers by which the platform's SDKs accept `request`. Where a platform has room for several signatures every secret signs, else the primary one. The
 * headers of Standard Webhooks always travel beside them.
 *
 * @param request - Its address as it is requested.
 * @param id - The same for every attempt.
 */
export function signPlatform(
  keys: PlatformKeys,
  request: ReadyRequest,
  id: string,
  nowMs: number,
): Record<string, string> {
  const body = request.method === 'POST' ? request.body : ''
  const atS = Math.floor(nowMs / 1_000)
  switch (keys.platform) {
    case 'telnyx':
      return signTelnyx(keys, body, atS)
    case 'plivo':
      return signPlivo(keys, request, `${id}-${Math.floor(nowMs)}`)
    case 'vonage':
      return signVonage(keys, body, `${id}-${Math.floor(nowMs)}`, atS)
    case 'jambonz':
      return signJambonz(keys, body, atS)
  }
}

/** The headers of a stream's upgrade: of these platforms Plivo signs it, as a GET of the `https:` address that its SDK sees. */
export function signPlatformUpgrade(
  keys: PlatformKeys,
  url: string,
  id: string,
  nowMs: number,
): Record<string, string> {
  if (keys.platform !== 'plivo') return {}
  const request = { method: 'GET', url: url.replace(/^wss:/i, 'https:'), headers: {}, body: '' } as const
  return signPlatform(keys, request, id, nowMs)
}

/** Throws `WebhookError` for a secret that this platform's signatures cannot be made with. */
export function checkPlatformSecret(platform: SignedPlatform, secret: Secret<string>): void {
  if (platform === 'telnyx' ? ed25519(secret) !== undefined : secret.reveal().length >= minSecretChars) return
  const message =
    platform === 'telnyx'
      ? 'Telnyx’s signatures need a private Ed25519 key in PEM; "openssl genpkey -algorithm ed25519" makes one'
      : 'a secret that signs has 16 characters or more'
  throw new WebhookError('WEBHOOK_SECRET_INVALID', message)
}

const minSecretChars = 16

function ed25519(secret: Secret<string>): KeyObject | undefined {
  try {
    const key = createPrivateKey(secret.reveal())
    return key.asymmetricKeyType === 'ed25519' ? key : undefined
  } catch {
    return undefined
  }
}

/** developers.telnyx.com, "Webhook signing": Ed25519 over the time, a bar and the body. */
function signTelnyx({ secrets }: PlatformKeys, body: string, atS: number): Record<string, string> {
  const key = secrets[0] && ed25519(secrets[0])
  if (key === undefined) return {}
  const signature = sign(null, Buffer.from(`${atS}|${body}`), key).toString('base64')
  return { 'telnyx-timestamp': String(atS), 'telnyx-signature-ed25519': signature }
}

/** docs.jambonz.org, "Webhook security": HMAC-SHA256 over the time, a dot and the body. */
function signJambonz({ secrets }: PlatformKeys, body: string, atS: number): Record<string, string> {
  const signatures = secrets.map((secret) => `v1=${hmac(secret, `${atS}.${body}`).toString('hex')}`)
  return { 'jambonz-signature': [`t=${atS}`, ...signatures].join(',') }
}

/** developer.vonage.com, "Signed webhooks": a JWT (RFC 7519, HS256) with the body's hash among its claims. It takes the place of credentials in the address. */
function signVonage(
  { secrets: [secret], apiKey }: PlatformKeys,
  body: string,
  jti: string,
  iat: number,
): Record<string, string> {
  if (secret === undefined) return {}
  const claims = {
    iat,
    exp: iat + lifetimeS,
    jti,
    iss: 'Vonage',
    payload_hash: createHash('sha256').update(body).digest('hex'),
    ...(apiKey !== undefined && { api_key: apiKey }),
  }
  const parts = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) => base64url(JSON.stringify(part)))
  const signed = parts.join('.')
  return { authorization: `Bearer ${signed}.${hmac(secret, signed).toString('base64url')}` }
}

/**
 * docs.plivo.com, "Signature validation", V3: HMAC-SHA256 over the address, the form's fields by name, and a nonce. There is no time in it but what
 * the nonce says. A body that is no form is not covered by it, so there is no such signature then.
 */
function signPlivo({ secrets }: PlatformKeys, request: ReadyRequest, nonce: string): Record<string, string> {
  const fields = plivoFields(request)
  if (fields === undefined || !URL.canParse(request.url)) return {}
  const signatures = secrets.map((secret) =>
    hmac(secret, `${plivoBase(request.url, fields)}.${nonce}`).toString('base64'),
  )
  const list = signatures.join(',')
  return {
    'x-plivo-signature-v3-nonce': nonce,
    'x-plivo-signature-v3': list,
    'x-plivo-signature-ma-v3': list,
  }
}

function plivoFields({ method, headers, body }: ReadyRequest): URLSearchParams | undefined {
  if (method === 'GET') return new URLSearchParams()
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  return isForm ? new URLSearchParams(body) : undefined
}

function plivoBase(url: string, fields: URLSearchParams): string {
  const { origin, pathname, searchParams } = new URL(url)
  const query = inOrder(searchParams, '=').join('&')
  const form = inOrder(fields, '').join('')
  const mark = query === '' && fields.size === 0 ? '' : '?'
  const end = query !== '' && fields.size > 0 ? '.' : ''
  return `${origin}${pathname}${mark}${query}${end}${form}`
}

/** By name, then by value; by UTF-16 code unit, as every validator sorts. */
function inOrder(pairs: URLSearchParams, between: string): string[] {
  const names = [...new Set(pairs.keys())].sort()
  return names.flatMap((name) =>
    pairs
      .getAll(name)
      .sort()
      .map((value) => `${name}${between}${value}`),
  )
}

function hmac(secret: Secret<string>, text: string): Buffer {
  return createHmac('sha256', secret.reveal()).update(text, 'utf8').digest()
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url')
}
