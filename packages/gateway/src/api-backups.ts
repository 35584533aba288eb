import type { ApiBackups } from '#api'
import { BackupError } from '#backup'
import { DbError } from '#db'
import { ObjectError } from '#objects'
import type { Backups } from './open-backups.ts'

const pageSize = 500

export function apiBackups({ start, rows }: Backups): ApiBackups {
  return {
    start: (actor) =>
      start(actor).catch((error: unknown) => {
        if (error instanceof BackupError && error.code === 'BACKUP_NO_STORE') return 'no-store' as const
        if (error instanceof BackupError && error.code === 'BACKUP_RUNNING') return 'running' as const
        if (error instanceof DbError || error instanceof ObjectError) throw error
        return 'unaudited' as const
      }),
    list: (page) => rows.list(page),
    get: (id) => rows.get(id),
    async *erasures(since) {
      for (let after = ''; ;) {
        const page = await rows.erasures({ since, after, limit: pageSize })
        for (const row of page) yield JSON.stringify(row)
        after = page.at(-1)?.object ?? ''
        if (page.length < pageSize) return
      }
    },
  }
}
