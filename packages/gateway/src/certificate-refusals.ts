import type { Clock } from '#kernel'

export interface CertificateRefusals extends Disposable {
  refused(source: string, why: string): void
}

const gatherMs = 10_000
/** Sources told of apart in so long a time; more are told of together: strangers do not fill the audit log. */
const maxSources = 20

/** Gathers peers that were refused for their client certificates, and tells of each source once in a while, with how often. */
export function certificateRefusals(deps: {
  readonly clock: Clock
  readonly tell: (fields: { source: string; why: string; refused: number }) => void
}): CertificateRefusals {
  const counts = new Map<string, { source: string; why: string; refused: number }>()
  let cancel: (() => void) | undefined
  const flush = () => {
    cancel = undefined
    const told = [...counts.values()]
    counts.clear()
    for (const fields of told) deps.tell(fields)
  }
  return {
    refused(source, why) {
      const named = counts.has(`${why} ${source}`) || counts.size < maxSources ? source : 'others'
      const name = `${why} ${named}`
      const known = counts.get(name) ?? { source: named, why, refused: 0 }
      counts.set(name, { ...known, refused: known.refused + 1 })
      cancel ??= deps.clock.set(gatherMs, flush)
    },
    [Symbol.dispose]() {
      cancel?.()
      flush()
    },
  }
}
