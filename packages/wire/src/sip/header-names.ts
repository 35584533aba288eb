/** Compact forms: RFC 3261 §7.3.3 and the IANA registry's later ones. */
const compactForms = new Map([
  ['a', 'accept-contact'],
  ['b', 'referred-by'],
  ['c', 'content-type'],
  ['d', 'request-disposition'],
  ['e', 'content-encoding'],
  ['f', 'from'],
  ['i', 'call-id'],
  ['j', 'reject-contact'],
  ['k', 'supported'],
  ['l', 'content-length'],
  ['m', 'contact'],
  ['n', 'identity-info'],
  ['o', 'event'],
  ['r', 'refer-to'],
  ['s', 'subject'],
  ['t', 'to'],
  ['u', 'allow-events'],
  ['v', 'via'],
  ['x', 'session-expires'],
  ['y', 'identity'],
])

/** Headers whose grammar is a comma-separated list, so that `a, b` on one line equals two lines. */
const listHeaders = new Set([
  'accept',
  'accept-contact',
  'accept-encoding',
  'accept-language',
  'alert-info',
  'allow',
  'allow-events',
  'call-info',
  'contact',
  'content-encoding',
  'content-language',
  'diversion',
  'error-info',
  'geolocation',
  'history-info',
  'in-reply-to',
  'p-asserted-identity',
  'p-associated-uri',
  'p-preferred-identity',
  'path',
  'proxy-require',
  'reason',
  'record-route',
  'reject-contact',
  'request-disposition',
  'require',
  'route',
  'security-client',
  'security-server',
  'security-verify',
  'service-route',
  'supported',
  'unsupported',
  'via',
  'warning',
])

/** The usual spellings, so that a usual header costs one lookup and no new string. */
const usualSpellings = new Map(
  [
    'Via Max-Forwards From To Call-ID CSeq Contact Content-Type Content-Length Content-Disposition',
    'Allow Supported Require Proxy-Require Route Record-Route User-Agent Server Accept Expires Date',
    'Authorization Proxy-Authorization WWW-Authenticate Proxy-Authenticate Session-Expires Min-SE',
    'Subject Organization Timestamp P-Asserted-Identity Privacy Identity Reason RAck RSeq Event',
  ]
    .flatMap((line) => line.split(' '))
    .map((name) => [name, name.toLowerCase()] as const),
)

/** The name under which a header is found: lower case, and long where it was written in compact form. */
export function headerKey(name: string): string {
  const usual = usualSpellings.get(name)
  if (usual !== undefined) return usual
  const lower = name.toLowerCase()
  return compactForms.get(lower) ?? lower
}

/** @param key - As `headerKey()` returns it. */
export function isListHeader(key: string): boolean {
  return listHeaders.has(key)
}
