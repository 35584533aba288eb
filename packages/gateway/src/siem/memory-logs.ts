import type { CursorStore, EventLogs, EventValue, SecurityEvent } from './security-event.ts'

/** Logs in memory, for tests. */
export function memoryLogs(): EventLogs & {
  append(
    type: string,
    fields?: Readonly<Record<string, EventValue>>,
    o?: Partial<SecurityEvent>,
  ): SecurityEvent
} {
  const logs = new Map<string, SecurityEvent[]>()
  const listeners = new Set<() => void>()
  return {
    sizes: async () => new Map([...logs].map(([log, events]) => [log, events.length])),
    read: async (log, from, limit) => (logs.get(log) ?? []).slice(from, from + limit),
    onAppended(fire) {
      listeners.add(fire)
      return () => void listeners.delete(fire)
    },
    append(type, fields = {}, o = {}) {
      const log = o.log ?? 'voxkeep.test/default'
      const events = logs.get(log) ?? []
      logs.set(log, events)
      const index = events.length
      const hash = index.toString(16).padStart(64, '0')
      const event = {
        at: '2026-11-21T10:00:00.000Z',
        tenant: 'default',
        call: null,
        actor: 'system',
        ...o,
        log,
        index,
        type,
        fields,
        hash,
      }
      events.push(event)
      for (const fire of listeners) fire()
      return event
    },
  }
}

/** Cursors in memory, for tests: they outlive whoever reads with them. */
export function memoryCursors(): CursorStore & { readonly moved: Map<string, Map<string, number>> } {
  const moved = new Map<string, Map<string, number>>()
  const held = new Map<string, { holder: string; until: Date }>()
  return {
    moved,
    positions: async (reader) => new Map(moved.get(reader)),
    async move(reader, positions) {
      const known = moved.get(reader) ?? new Map<string, number>()
      for (const [log, next] of positions) known.set(log, Math.max(next, known.get(log) ?? 0))
      moved.set(reader, known)
    },
    async claim(reader, holder, now, until) {
      const other = held.get(reader)
      if (other !== undefined && other.holder !== holder && other.until > now) return false
      held.set(reader, { holder, until })
      return true
    },
    async release(reader, holder) {
      if (held.get(reader)?.holder === holder) held.delete(reader)
    },
  }
}
