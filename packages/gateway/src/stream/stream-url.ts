/** The pieces of a stream's URL as they were written: `new URL` would rewrite paths, and signatures cover the bytes. */
export interface UrlParts {
  /** Host and port for the `Host` header. */
  readonly authority: string
  /** Path and query. */
  readonly requestTarget: string
  /** Without the brackets of an IPv6 literal. */
  readonly hostname: string
  readonly port: number
}

const shape = /^wss:\/\/([^/?#\s]+)([^#\s]*)$/i

/** `undefined` unless it is a `wss:` URL without credentials or fragment. Never throws. */
export function splitUrl(url: string): UrlParts | undefined {
  const match = shape.exec(url)
  const parsed = URL.parse(url)
  if (match === null || parsed === null || parsed.username !== '' || parsed.password !== '') return undefined
  const [, authority = '', rest = ''] = match
  return {
    authority,
    requestTarget: rest.startsWith('/') ? rest : `/${rest}`,
    hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? 443 : Number(parsed.port),
  }
}
