import { attributes, type Description, type MediaSection } from './description.ts'

/** An encrypted alternative that an offer holds beside its `m=` line (RFC 5939 §3.5). */
export interface PotentialConfiguration {
  readonly protocol: string
  /** Values of `a=crypto`. */
  readonly cryptos: readonly string[]
  /** The value of `a=acfg` that an answer by this configuration carries. */
  readonly acfg: string
}

const maxConfigurations = 16 // offers in the field hold one or two
const secureProfiles: ReadonlySet<string> = new Set(['RTP/SAVP', 'RTP/SAVPF'])
const pcfgPattern = /^(\d{1,9})((?: +[!-~]+)*) *$/
const attributeList = /^(?:-(?:ms|m|s)?:?)?,?((?:\[[\d,]+\]|[\d,])*)$/

/** `a=tcap:3 X Y` numbers its profiles 3, 4 (RFC 5939 §3.4.3). */
function profilesByNumber(lines: readonly string[]): Map<string, string> {
  const profiles = new Map<string, string>()
  for (const value of attributes(lines, 'tcap')) {
    const [first = '', ...names] = value.split(/ +/)
    if (!/^\d{1,9}$/.test(first)) continue
    for (const [offset, name] of names.entries()) profiles.set(String(Number(first) + offset), name)
  }
  return profiles
}

/** `a=acap:1 crypto:…`: number to attribute (RFC 5939 §3.4.2). */
function attributesByNumber(lines: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const value of attributes(lines, 'acap')) {
    const match = /^(\d{1,9}) +(.*)$/.exec(value)
    if (match?.[1] !== undefined && match[2] !== undefined) found.set(match[1], match[2])
  }
  return found
}

/** The `crypto` values that one alternative of `a=` names; `undefined` when it names anything else. */
function cryptosOf(alternative: string, known: ReadonlyMap<string, string>): string[] | undefined {
  const list = attributeList.exec(alternative)?.[1]
  if (list === undefined) return undefined
  const cryptos: string[] = []
  for (const number of list.split(/[[\],]+/)) {
    if (number === '') continue
    const attribute = known.get(number)
    if (attribute?.startsWith('crypto:') !== true) return undefined
    cryptos.push(attribute.slice('crypto:'.length))
  }
  return cryptos.length > 0 ? cryptos : undefined
}

function alternatives(parts: readonly string[], name: 't' | 'a'): string[] {
  return (
    parts
      .find((part) => part.startsWith(`${name}=`))
      ?.slice(2)
      .split('|') ?? []
  )
}

function configurationOf(
  value: string,
  profiles: ReadonlyMap<string, string>,
  known: ReadonlyMap<string, string>,
): PotentialConfiguration | undefined {
  const match = pcfgPattern.exec(value)
  const parts = match?.[2]?.split(/ +/) ?? []
  if (parts.some((part) => part.startsWith('+'))) return undefined // RFC 5939 §3.5.1: an extension we must know
  const profile = alternatives(parts, 't').find((number) => secureProfiles.has(profiles.get(number) ?? ''))
  const choice = alternatives(parts, 'a').find((list) => cryptosOf(list, known) !== undefined)
  const protocol = profiles.get(profile ?? '')
  const cryptos = choice === undefined ? undefined : cryptosOf(choice, known)
  if (protocol === undefined || cryptos === undefined) return undefined
  return { protocol, cryptos, acfg: `${match?.[1]} t=${profile} a=${choice}` }
}

/** The encrypted alternatives of a section, in the order of their lines. */
export function potentialConfigurations(
  description: Description,
  section: MediaSection,
): PotentialConfiguration[] {
  const lines = [...description.lines, ...section.lines]
  if (attributes(lines, 'creq').some((value) => value !== 'cap-v0')) return []
  const profiles = profilesByNumber(lines)
  const known = attributesByNumber(lines)
  return attributes(section.lines, 'pcfg')
    .slice(0, maxConfigurations)
    .flatMap((value) => configurationOf(value, profiles, known) ?? [])
}
