import { parsePhoneNumberFromString } from 'libphonenumber-js/max'

/** Whom somebody wants to call, in the one spelling that is judged and dialled. */
export type Target =
  | { readonly kind: 'number'; readonly number: string }
  | {
      readonly kind: 'uri'
      /** Without parameters; scheme and host in lower case. */
      readonly uri: string
      readonly user: string
      readonly host: string
      readonly port: number | undefined
    }

const maxTextLength = 256
const numberText = /^(?:tel:)?(\+[0-9][0-9 ().-]{1,38})$/i
const uriText =
  /^sip:(?<user>[a-z0-9+._~-]{1,64})@(?<host>[a-z0-9][a-z0-9.-]{0,252}|\[[0-9a-f:.]{2,45}\])(?::(?<port>\d{1,5}))?(?<params>(?:;[a-z]+=[a-z]+){0,4})$/i
/** Say nothing that changes who is called, and phones add them to every URI. */
const idleParams = new Set(['user=phone', 'transport=tls', 'transport=tcp', 'transport=udp'])

/**
 * Reads a number in international spelling (`+1 (212) 555-0100`, `tel:+12125550100`) or a `sip:` URI. Undefined for all
 * else: national spellings and dial prefixes (`00…`, `011…`), whose meaning depends on where one stands; short and
 * emergency numbers; digits of other scripts; extensions, passwords, escapes, headers and parameters. Never throws.
 */
export function parseTarget(text: string): Target | undefined {
  if (text.length > maxTextLength) return undefined
  const number = parseNumber(text)
  if (number !== undefined) return { kind: 'number', number }
  return parseUri(text)
}

/** E.164 with `+` as the numbering plan writes it (`+44 (0)20…` without the 0); undefined when no plan has numbers of that length. */
export function parseNumber(text: string): string | undefined {
  const once = planned(parseE164(text))
  // A spelling that keeps changing, zero by zero, is nobody's number.
  return planned(once) === once ? once : undefined
}

function planned(e164: string | undefined): string | undefined {
  const parsed = e164 === undefined ? undefined : parsePhoneNumberFromString(e164)
  return parsed?.isPossible() ? parseE164(parsed.number) : undefined
}

/** E.164 by its syntax alone. */
export function parseE164(text: string): string | undefined {
  const digits = numberText.exec(text)?.[1]?.replace(/[ ().-]/g, '')
  return digits !== undefined && /^\+[1-9]\d{2,14}$/.test(digits) ? digits : undefined
}

function parseUri(text: string): Target | undefined {
  const groups = uriText.exec(text)?.groups
  if (groups === undefined) return undefined
  const { user: rawUser = '', params = '' } = groups
  const host = (groups['host'] ?? '').toLowerCase()
  const port = groups['port'] === undefined ? undefined : Number(groups['port'])
  const user = canonicalUser(rawUser)
  if (user === undefined || !isHost(host) || (port !== undefined && (port < 1 || port > 65_535)))
    return undefined
  const given = params.toLowerCase().split(';').slice(1)
  if (!given.every((param) => idleParams.has(param))) return undefined
  const uri = `sip:${user}@${host}${port === undefined ? '' : `:${port}`}`
  return { kind: 'uri', uri, user, host, port }
}

/** A number in a URI is spelled as elsewhere, so that no spelling of it escapes a rule; dots and dashes hide no digits. */
function canonicalUser(user: string): string | undefined {
  if (user.includes('+')) return parseNumber(user)
  return /[a-z]/i.test(user) || /^\d+$/.test(user) ? user : undefined
}

function isHost(host: string): boolean {
  return host.startsWith('[') || (!host.includes('..') && /[a-z0-9]$/.test(host))
}
