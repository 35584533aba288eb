import { KeyError } from '#keys'

/** A key as its provider finds it again: provider, name in it, version. `name` may hold colons, the others hold none. */
export interface KeyRef {
  readonly provider: string
  readonly name: string
  readonly version: string
}

export function serializeKeyRef({ provider, name, version }: KeyRef): string {
  return `${provider}:${name}:${version}`
}

/** Throws `KeyError` (`KEY_UNKNOWN`) on what no provider of this kind made, and on another provider's. */
export function parseKeyRef(text: string, provider: string): KeyRef {
  const [, own, name, version] = /^([^:]+):(.+):([^:]+)$/s.exec(text) ?? []
  if (own !== provider || name === undefined || version === undefined)
    throw new KeyError('KEY_UNKNOWN', 'a key is named that this provider never made')
  return { provider, name, version }
}

/** For providers that count their versions. */
export function versionOf(ref: KeyRef): number {
  if (!/^[1-9]\d{0,8}$/.test(ref.version))
    throw new KeyError('KEY_UNKNOWN', 'a key is named that this provider never made')
  return Number(ref.version)
}
