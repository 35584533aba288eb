import type { AuditEntry } from '@voxkeep/sdk'
import { leafHash } from '@voxkeep/tlog'

export interface TrailCheck {
  readonly checked: number
  readonly broken: number
}

/** Computes the leaf hashes of a call's audit entries anew, each from its own content. */
export function checkTrail(trail: readonly AuditEntry[], tenant: string, call: string): TrailCheck {
  const broken = trail.filter(({ hash, ...content }) => {
    const { index, at, type, actor, fields } = content
    const leaf = canonical({ index, at, tenant, call, type, actor, fields })
    return Buffer.from(leafHash(Buffer.from(leaf))).toString('hex') !== hash
  })
  return { checked: trail.length, broken: broken.length }
}

/** RFC 8785: members in order of their names, nothing between them. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',')}}`
}
