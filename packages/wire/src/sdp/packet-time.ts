import { textOf, type MediaSection } from './description.ts'
import type { Encoding } from './encoding.ts'

function milliseconds(value: unknown): number | undefined {
  const text = textOf(value)
  return /^\d{1,4}$/.test(text) && Number(text) > 0 ? Number(text) : undefined
}

/**
 * The length of packets we send: the peer's `ptime` where it is one we can make, else the longest below it or, where the
 * peer asks for what nobody makes, ours; never above its `maxptime` unless that is below the shortest packet there is
 * (RFC 8866 §6.4, §6.5).
 */
export function choosePtime(section: MediaSection, encoding: Encoding, oursMs: number): number {
  const { ptimesMs } = encoding
  const longest = ptimesMs.at(-1) ?? oursMs
  const asked = milliseconds(section.parsed.ptime)
  const wanted = asked !== undefined && asked % 10 === 0 && asked <= 60 ? asked : oursMs
  const most = Math.min(wanted, milliseconds(section.parsed.maxptime) ?? longest)
  return ptimesMs.findLast((each) => each <= most) ?? ptimesMs[0] ?? oursMs
}
