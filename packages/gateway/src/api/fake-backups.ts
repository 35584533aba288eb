import type { BackupRow } from '#db'
import type { ApiBackups } from './deps-backups.ts'

/** Backups that a test lists, and how asking for one ends. */
export interface FakeBackups {
  readonly deps: ApiBackups
  readonly rows: BackupRow[]
  readonly actors: string[]
  refusal: Exclude<Awaited<ReturnType<ApiBackups['start']>>, BackupRow> | undefined
}

export function fakeBackups(): FakeBackups {
  const rows: BackupRow[] = []
  const fake: FakeBackups = {
    rows,
    actors: [],
    refusal: undefined,
    deps: {
      async start(actor) {
        if (fake.refusal !== undefined) return fake.refusal
        fake.actors.push(actor)
        const row: BackupRow = {
          id: `bak_${String(rows.length + 1).padStart(32, '0')}`,
          store: 'vault',
          state: 'running',
          node: 'node-a',
          reason: null,
          started_at: new Date(1_700_000_000_000),
          ended_at: null,
          rows: 0,
          tables: 0,
          objects: 0,
          copied: 0,
          bytes: 0,
          manifest_sha256: null,
        }
        rows.push(row)
        return row
      },
      list: async ({ limit, before }) =>
        rows
          .toReversed()
          .filter(({ id }) => before === undefined || id < before)
          .slice(0, limit),
      get: async (id) => rows.find((row) => row.id === id),
      async *erasures(since) {
        yield JSON.stringify({ object: 'rec_1', at: since.toISOString() })
      },
    },
  }
  return fake
}
