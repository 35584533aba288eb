import type { AuditStore, StoredEntry } from './store.ts'

/** An audit store that forgets at exit, and whose entries a test may change behind the log's back. */
export function memoryAuditStore(): AuditStore & { entries: StoredEntry[] } {
  const store = {
    entries: [] as StoredEntry[],
    append: async (entries: readonly StoredEntry[]) => void store.entries.push(...entries),
    head: async () => store.entries.at(-1),
    read: async (fromSeq: number, limit: number) =>
      store.entries.filter((entry) => entry.seq >= fromSeq).slice(0, limit),
    ofCall: async (call: string) => store.entries.filter((entry) => entry.call_id === call),
  }
  return store
}
