import type { TokenRow } from '#access'
import { accountSid, sid } from '#kernel'

/** Where the routes lie that Twilio's clients know. */
export const twilioPrefix = '/2010-04-01/'

/** What a client signs in with (RFC 7617): an account or a key by its sid, and one of our tokens for a password. */
export interface BasicCredentials {
  readonly user: string
  readonly password: string
}

const maxLetters = 1_024

/** Undefined for what is no Basic authorization of a sid. Never throws. */
export function parseBasic(authorization: string | undefined): BasicCredentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined || encoded.length > maxLetters) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  const user = text.slice(0, Math.max(0, colon))
  return /^(?:AC|SK)[0-9a-f]{32}$/.test(user) ? { user, password: text.slice(colon + 1) } : undefined
}

/** Whether a token is of the account, or is the key, that its bearer says. */
export function isOfUser({ id, tenant }: Pick<TokenRow, 'id' | 'tenant'>, user: string): boolean {
  return user === accountSid(tenant) || user === sid('SK', id)
}
