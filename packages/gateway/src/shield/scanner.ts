/** Tools that look for SIP systems to break into, by the names they give themselves. */
export type Scanner =
  | 'sipvicious'
  | 'sipcli'
  | 'sip-scan'
  | 'vaxsip'
  | 'pplsip'
  | 'sundayddr'
  | 'iwar'
  | 'nmap'
  | 'siparmyknife'
  | 'sivus'
  | 'smap'
  | 'gulp'

/** Header values as they came; undefined where there is none. */
export interface SaidOfItself {
  readonly userAgent: string | undefined
  readonly from: string | undefined
  readonly to: string | undefined
  readonly callId: string | undefined
}

const agents: readonly (readonly [Scanner, RegExp])[] = [
  ['sipvicious', /friendly-(?:scanner|request)|sipvicious|\bsv(?:map|war|crack|crash)\b/i],
  ['sipcli', /^sipcli/i],
  ['sip-scan', /^sip-?scan/i],
  ['vaxsip', /^vaxs?ipuseragent/i],
  ['pplsip', /^pplsip/i],
  ['sundayddr', /^sundaya?ddr/i],
  ['iwar', /^iwar\b/i],
  ['siparmyknife', /^siparmyknife/i],
  ['sivus', /^sivus/i],
  ['smap', /^smap\b/i],
  ['gulp', /^gulp\b/i],
]

/** What such tools leave in other headers when their name was changed. */
const traces: readonly (readonly [Scanner, keyof SaidOfItself, RegExp])[] = [
  ['sipvicious', 'from', /^\s*"?sip(?:vicious|sscuser)"?\s*<|<sip:100@1\.1\.1\.1>/i],
  ['sipvicious', 'to', /^\s*"?sip(?:vicious|sscuser)"?\s*<|<sip:100@1\.1\.1\.1>/i],
  ['nmap', 'from', /<sip:nm@nm>/i],
  ['nmap', 'to', /<sip:nm2@nm2>/i],
  ['smap', 'callId', /^smap\b/i],
]

/** Longer values are not searched: the names stand at the beginning, and time is ours. */
const maxSearched = 256

/**
 * Which scanner a request gives itself away as. It says nothing of those that lie well: for them there are limits. Takes
 * the same short time for every value.
 */
export function scannerOf(said: SaidOfItself): Scanner | undefined {
  const agent = said.userAgent?.slice(0, maxSearched)
  const named = agent === undefined ? undefined : agents.find(([, pattern]) => pattern.test(agent))
  if (named !== undefined) return named[0]
  return traces.find(([, header, pattern]) => pattern.test(said[header]?.slice(0, maxSearched) ?? ''))?.[0]
}
