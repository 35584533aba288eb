import { hash } from 'node:crypto'

/** The upgrade of one connection to a WebSocket: RFC 6455 §4.1, the client's side. */
export interface Upgrade {
  readonly request: string
  /** Takes the bytes so far that came back; `rest` is what follows the answer. Never throws. */
  read(bytes: Buffer): UpgradeAnswer
}

export type UpgradeAnswer =
  | { readonly kind: 'more' }
  | { readonly kind: 'accepted'; readonly rest: Buffer }
  | { readonly kind: 'refused' }

/** RFC 6455 §1.3. */
const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** What an app answers before the blank line; a proxy in front of it adds a handful of headers. */
const maxAnswerBytes = 16 * 1_024
const refused: UpgradeAnswer = { kind: 'refused' }
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/**
 * @param nonce - 16 unpredictable bytes.
 * @returns `undefined` when a header, the target or the host could not be sent as it is.
 */
export function upgrade(options: {
  readonly requestTarget: string
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
  readonly nonce: Uint8Array
  /** Asked for, and one of them to be chosen by the app: `a` or `a, b`. */
  readonly subprotocol?: string | undefined
}): Upgrade | undefined {
  const { subprotocol } = options
  const key = Buffer.from(options.nonce).toString('base64')
  const headers = {
    ...options.headers,
    Host: options.host,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': key,
    ...(subprotocol !== undefined && { 'Sec-WebSocket-Protocol': subprotocol }),
  }
  const lines = Object.entries(headers)
  if (!lines.every(([name, value]) => token.test(name) && /^[\t\x20-\x7e]*$/.test(value))) return undefined
  if (!/^\/[\x21-\x7e]*$/.test(options.requestTarget)) return undefined
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  const accept = hash('sha1', key + acceptSuffix, 'base64')
  return {
    request: `GET ${options.requestTarget} HTTP/1.1\r\n${head}\r\n`,
    read: (bytes) => readAnswer(bytes, accept, subprotocol),
  }
}

function readAnswer(bytes: Buffer, accept: string, subprotocol: string | undefined): UpgradeAnswer {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return bytes.length > maxAnswerBytes ? refused : { kind: 'more' }
  if (end > maxAnswerBytes) return refused
  const [status = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n')
  if (!/^HTTP\/1\.1 101(?: |$)/.test(status)) return refused
  const headers = readHeaders(lines)
  const isAccepted =
    headers !== undefined &&
    headers.get('upgrade')?.toLowerCase() === 'websocket' &&
    /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(headers.get('connection') ?? '') &&
    headers.get('sec-websocket-accept') === accept &&
    // RFC 6455 §4.1: none was asked for, so none may be there; and of protocols only one that was.
    !headers.has('sec-websocket-extensions') &&
    isOffered(headers.get('sec-websocket-protocol'), subprotocol)
  return isAccepted ? { kind: 'accepted', rest: bytes.subarray(end + 4) } : refused
}

function isOffered(chosen: string | undefined, offered: string | undefined): boolean {
  if (chosen === undefined || offered === undefined) return chosen === offered
  return offered.split(', ').includes(chosen)
}

function readHeaders(lines: readonly string[]): Map<string, string> | undefined {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon)).toLowerCase()
    if (!token.test(name)) return undefined
    const value = line.slice(colon + 1).trim()
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return headers
}
