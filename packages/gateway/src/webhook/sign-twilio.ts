import { createHmac } from 'node:crypto'
import type { Secret } from '#kernel'

/** Form fields as they are sent; a repeated field has a list. */
export type TwilioParams = Readonly<Record<string, string | readonly string[]>>

/**
 * The value of `X-Twilio-Signature`: base64 HMAC-SHA1 over the URL and the form fields, sorted by name. A stream upgrade is
 * signed by its `wss:` URL with no fields. It has no time and no id in it, so it proves origin but not freshness: the Standard
 * Webhooks headers always travel beside it.
 *
 * @param url - Exactly as it is requested: scheme, an explicit port, query and trailing slash all count.
 */
export function signTwilio(token: Secret<string>, url: string, params: TwilioParams = {}): string {
  const fields = Object.keys(params)
    .sort() // by UTF-16 code unit, as every validator sorts
    .flatMap((name) => valuesOf(params[name]).map((value) => name + value))
  return createHmac('sha1', token.reveal())
    .update(url + fields.join(''), 'utf8')
    .digest('base64')
}

function valuesOf(value: string | readonly string[] | undefined): string[] {
  return typeof value === 'string' ? [value] : [...new Set(value)].sort()
}
