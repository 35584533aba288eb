import { createHash } from 'node:crypto'
import type { AuditEntry } from '@voxkeep/sdk'

export interface ChainCheck {
  /** Entries whose predecessor is known too, so that their hash could be computed anew. */
  readonly checked: number
  readonly broken: number
}

/** Computes the hashes of a call's audit entries anew, each over the one before and its own content. */
export function checkChain(trail: readonly AuditEntry[], tenant: string, call: string): ChainCheck {
  let [checked, broken] = [0, 0]
  for (const [index, { hash, ...content }] of trail.entries()) {
    const before = trail[index - 1]
    if (before === undefined || before.seq !== content.seq - 1) continue
    const { seq, at, type, actor, fields } = content
    const body = canonical({ seq, at, tenant, call, type, actor, fields })
    const expected = createHash('sha256').update(before.hash, 'hex').update(body).digest('hex')
    checked += 1
    if (hash !== expected) broken += 1
  }
  return { checked, broken }
}

/** RFC 8785: members in order of their names, nothing between them. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',')}}`
}
