/** Where a backup’s files lie in its store. */
export const backupsPrefix = 'backup/'
export const objectsPrefix = 'backup/objects/'
export const manifestName = 'manifest.json'

const idPattern = /^bak_[0-9a-f]{32}$/

export function partKey(backup: string, name: string): string {
  return `${backupsPrefix}${backup}/${name}`
}

/** Objects lie beside all backups, under their hash: what a store has is never copied again. */
export function objectKey(sha256: string): string {
  return `${objectsPrefix}${sha256.slice(0, 2)}/${sha256}`
}

/** The backup and the file that a key names; undefined for anything else. */
export function readPartKey(key: string): { backup: string; name: string } | undefined {
  const [, backup = '', name = ''] = /^backup\/([^/]+)\/([^/]+)$/.exec(key) ?? []
  return idPattern.test(backup) ? { backup, name } : undefined
}

/** When the backup was begun, in milliseconds since 1970: an id begins with it. */
export function startedMs(backup: string): number {
  return Number.parseInt(backup.slice(4, 16), 16)
}
