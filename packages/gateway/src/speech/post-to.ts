import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect as connectPlain } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { LineEnd } from './line.ts'
import { isTrustFailure, type Place, type Reach } from './reach.ts'

export interface PostTo {
  /** The whole address, the query included. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Default: POST. */
  readonly method?: 'POST' | 'DELETE' | undefined
}

/** Posts to an address that was approved, and to no other; follows no redirect. Undefined: it could not even begin, which was told. */
export function postTo(
  { url, headers, body, method = 'POST' }: PostTo,
  reach: Reach,
  place: Place,
  to: { answered(response: IncomingMessage): void; failed(why: LineEnd): void },
): ClientRequest | undefined {
  const { pathname, search, host } = new URL(url)
  const options = {
    method,
    path: pathname + search,
    headers: { ...headers, host, 'content-length': body.byteLength },
  }
  try {
    const { address, port, family } = place
    const secure = place.isSecure ? reach.tls(place) : undefined
    // Without an agent, or Node would make the connection in its own way: to the name, and with its own trust.
    const sent =
      secure === undefined
        ? httpRequest({ ...options, createConnection: () => connectPlain({ host: address, port, family }) })
        : httpsRequest({ ...options, createConnection: () => connectTls(secure) })
    sent.on('error', (error: NodeJS.ErrnoException) =>
      to.failed(isTrustFailure(error) ? 'untrusted' : 'unreachable'),
    )
    sent.on('response', to.answered)
    sent.end(body)
    return sent
  } catch {
    to.failed('untrusted') // authorities that cannot be read: nobody is trusted
    return undefined
  }
}
