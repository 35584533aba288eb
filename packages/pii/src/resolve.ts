import type { Finding, PiiType } from './contract.ts'

/** What an address holds and swallows. */
const partsOfAddress: ReadonlySet<PiiType> = new Set([
  'postal-code',
  'location',
  'person',
  'organisation',
  'date',
  'account',
])

/** Better first: surer, then longer, then earlier. */
function compare(a: Finding, b: Finding): number {
  return rank(b) - rank(a) || b.end - b.start - (a.end - a.start) || a.start - b.start
}

function rank(finding: Finding): number {
  return Math.round(finding.confidence * 20) // differences below 0.05 say nothing: the longer one wins
}

function swallowed(findings: readonly Finding[]): ReadonlySet<Finding> {
  const addresses = findings.filter((finding) => finding.type === 'address').sort((a, b) => a.start - b.start)
  const gone = new Set<Finding>()
  if (addresses.length === 0) return gone
  for (const finding of findings) {
    if (!partsOfAddress.has(finding.type)) continue
    const at = lastBefore(addresses, finding.start)
    if (at !== undefined && at.end >= finding.end) gone.add(finding)
  }
  return gone
}

function lastBefore(sorted: readonly Finding[], start: number): Finding | undefined {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle]?.start ?? 0) <= start) low = middle + 1
    else high = middle
  }
  return sorted[low - 1]
}

/** Findings that overlap each other, in the order of their start. */
function clusters(sorted: readonly Finding[]): Finding[][] {
  const out: Finding[][] = []
  let end = -1
  for (const finding of sorted) {
    const last = out.at(-1)
    if (last === undefined || finding.start >= end) out.push([finding])
    else last.push(finding)
    end = Math.max(end, finding.end)
  }
  return out
}

/** Index of the first of `kept` that ends behind `start`. */
function firstBehind(kept: readonly Finding[], start: number): number {
  let low = 0
  let high = kept.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((kept[middle]?.end ?? 0) <= start) low = middle + 1
    else high = middle
  }
  return low
}

function settle(cluster: readonly Finding[]): Finding[] {
  if (cluster.length < 2) return [...cluster]
  const kept: Finding[] = []
  for (const finding of [...cluster].sort(compare)) place(kept, finding)
  return kept
}

/** What sticks out of better findings is sensitive all the same: a lone better one grows over it, between several the rest is kept in parts. */
function place(kept: Finding[], finding: Finding): void {
  const from = firstBehind(kept, finding.start)
  let to = from
  while (to < kept.length && (kept[to]?.start ?? 0) < finding.end) to += 1
  const [only] = kept.slice(from, to)
  if (only === undefined) kept.splice(from, 0, finding)
  else if (to - from === 1)
    kept[from] = { ...only, start: Math.min(only.start, finding.start), end: Math.max(only.end, finding.end) }
  else kept.splice(from, to - from, ...filled(kept.slice(from, to), finding))
}

function filled(inner: readonly Finding[], outer: Finding): Finding[] {
  const out: Finding[] = []
  let at = outer.start
  for (const finding of inner) {
    if (finding.start > at) out.push({ ...outer, start: at, end: finding.start })
    out.push(finding)
    at = Math.max(at, finding.end)
  }
  if (at < outer.end) out.push({ ...outer, start: at, end: outer.end })
  return out
}

/** Of findings that overlap the best is kept, and covers what the others would have hidden. Sorted, disjoint. */
export function resolve(findings: readonly Finding[]): Finding[] {
  if (findings.length < 2) return [...findings]
  const gone = swallowed(findings)
  const left = findings
    .filter((finding) => !gone.has(finding))
    .sort((a, b) => a.start - b.start || b.end - a.end)
  return clusters(left).flatMap(settle)
}
