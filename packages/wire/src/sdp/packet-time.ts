import { textOf, type MediaSection } from './description.ts'

const stepMs = 10 // G.711 endpoints frame in tens
const maxPtimeMs = 60 // 480 octets: beyond it one lost packet is heard, and old phones refuse it

function milliseconds(value: unknown): number | undefined {
  const text = textOf(value)
  return /^\d{1,4}$/.test(text) && Number(text) > 0 ? Number(text) : undefined
}

/**
 * The length of packets we send: the peer's `ptime` where it is one we can make, else ours; never above its
 * `maxptime` unless that is below the shortest packet there is (RFC 8866 §6.4, §6.5).
 */
export function choosePtime(section: MediaSection, oursMs: number): number {
  const asked = milliseconds(section.parsed.ptime)
  const most = Math.min(milliseconds(section.parsed.maxptime) ?? maxPtimeMs, maxPtimeMs)
  const possible = asked !== undefined && asked % stepMs === 0 && asked <= maxPtimeMs
  const wanted = possible ? asked : oursMs
  return Math.max(Math.min(wanted, most - (most % stepMs)), stepMs)
}
