import type { SrtpSuite } from '@voxkeep/wire/srtp'
import type { AudioCapabilities } from './audio.ts'
import { parseCrypto, sessionIsAcceptable, type CryptoAttribute } from './crypto-attribute.ts'
import { attributes, type Description, type MediaSection } from './description.ts'
import { potentialConfigurations } from './potential-configuration.ts'

/** How a section may be taken: `crypto` is the peer's attribute, absent for plain RTP. */
export interface Protection {
  /** 0 is best: of several sections the best is taken (interop 8). */
  readonly rank: 0 | 1 | 2
  readonly protocol: string
  readonly crypto?: CryptoAttribute
  readonly acfg?: string
}

const secureProfiles: ReadonlySet<string> = new Set(['RTP/SAVP', 'RTP/SAVPF'])
const plainProfiles: ReadonlySet<string> = new Set(['RTP/AVP', 'RTP/AVPF'])
const maxCryptos = 32 // each costs a base64 decoding; there are six suites

export function isSecureProfile(protocol: string): boolean {
  return secureProfiles.has(protocol)
}

export function isPlainProfile(protocol: string): boolean {
  return plainProfiles.has(protocol)
}

/** What can be used of the values of `a=crypto`. Of two with one tag the first counts. */
export function usableCryptos(values: readonly string[]): CryptoAttribute[] {
  const byTag = new Map<number, CryptoAttribute>()
  for (const value of values.slice(0, maxCryptos)) {
    const crypto = parseCrypto(value)
    if ('error' in crypto || !sessionIsAcceptable(crypto) || byTag.has(crypto.tag)) continue
    byTag.set(crypto.tag, crypto)
  }
  return [...byTag.values()]
}

/** Our most preferred suite among those offered. */
function chooseCrypto(values: readonly string[], suites: readonly SrtpSuite[]): CryptoAttribute | undefined {
  const offered = usableCryptos(values)
  for (const suite of suites) {
    const crypto = offered.find((each) => each.suite === suite)
    if (crypto !== undefined) return crypto
  }
  return undefined
}

function potentialProtection(
  description: Description,
  section: MediaSection,
  suites: readonly SrtpSuite[],
): Protection | undefined {
  for (const { protocol, cryptos, acfg } of potentialConfigurations(description, section)) {
    const crypto = chooseCrypto(cryptos, suites)
    if (crypto !== undefined) return { rank: 0, protocol, crypto, acfg }
  }
  return undefined
}

/**
 * How to take an offered section, `undefined` if it may not be. A secure profile never falls back to plain RTP,
 * whatever the policy (interop 9).
 */
export function chooseProtection(
  description: Description,
  section: MediaSection,
  caps: AudioCapabilities,
): Protection | undefined {
  const { protocol } = section
  const crypto = chooseCrypto(attributes(section.lines, 'crypto'), caps.suites)
  if (isSecureProfile(protocol)) return crypto === undefined ? undefined : { rank: 0, protocol, crypto }
  if (!isPlainProfile(protocol)) return undefined
  const potential = potentialProtection(description, section, caps.suites)
  if (potential !== undefined) return potential
  if (crypto !== undefined && caps.allowAvpWithCrypto) return { rank: 1, protocol, crypto }
  return caps.dangerouslyAllowPlainRtp ? { rank: 2, protocol } : undefined
}
