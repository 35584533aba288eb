import { genesisHash, hashEntry, readEntry } from './entry.ts'
import type { AuditStore } from './store.ts'

/** A state of the log that somebody noted elsewhere: how many entries, and the last one's hash. */
export interface Checkpoint {
  readonly entries: number
  readonly head: string
}

export type Verification =
  | ({ readonly ok: true } & Checkpoint)
  /** `at`: the first entry (by `seq`) that is missing, changed or out of place. */
  | { readonly ok: false; readonly at: number }

const pageSize = 1_000

/**
 * Recomputes the whole chain. Finds any entry that was changed, removed, added or moved; that the end was cut off (or the
 * whole log rewritten) shows only against `known`, a checkpoint kept where the database's owner cannot reach.
 */
export async function verifyLog(store: AuditStore, known?: Checkpoint): Promise<Verification> {
  let entries = 0
  let head = genesisHash
  for (;;) {
    const page = await store.read(entries + 1, pageSize)
    for (const stored of page) {
      const fits = stored.seq === entries + 1 && readEntry(stored) !== undefined
      if (!fits || hashEntry(head, stored.body) !== stored.hash) return { ok: false, at: entries + 1 }
      entries += 1
      head = stored.hash
      if (entries === known?.entries && head !== known.head) return { ok: false, at: entries }
    }
    if (page.length < pageSize) break
  }
  const behind = (await store.read(Number.MIN_SAFE_INTEGER, 1))[0]
  if (behind !== undefined && behind.seq < 1) return { ok: false, at: behind.seq }
  if (known !== undefined && known.entries > entries) return { ok: false, at: entries + 1 }
  return { ok: true, entries, head }
}
