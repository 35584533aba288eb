import { isIP } from 'node:net'

export interface GeneralName {
  readonly type: 'dns' | 'ip' | 'url'
  readonly value: string
}

/** The SubjectAltName kind of a name: an IP literal is `ip`, anything with `://` or `sip:` is `url`, the rest `dns`. */
export function generalName(name: string): GeneralName {
  if (isIP(name) !== 0) return { type: 'ip', value: name }
  return { type: /^(?:sips?:|[a-z]+:\/\/)/i.test(name) ? 'url' : 'dns', value: name }
}
