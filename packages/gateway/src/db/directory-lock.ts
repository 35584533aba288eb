import { closeSync, fsyncSync, linkSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { DbError } from './error.ts'

/**
 * Takes a lock file, so that two processes never open one database: PGlite itself does not notice, and both would write.
 * The file names its owner by process id and start time; one whose owner is gone (kill -9, reboot) is taken over. Throws
 * `DbError` (`DB_LOCKED`). Processes that do not see each other's ids (containers) must not share a directory.
 */
export function lockDirectory(path: string): Disposable {
  const draft = `${path}.${process.pid}`
  const file = openSync(draft, 'w', 0o600)
  try {
    writeSync(file, ownerText(process.pid))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    if (!tryLink(draft, path)) {
      if (isAlive(readOwner(path))) throw locked()
      unlinkSync(path)
      if (!tryLink(draft, path)) throw locked()
    }
  } finally {
    unlinkSync(draft)
  }
  return {
    [Symbol.dispose]() {
      if (readOwner(path) === ownerText(process.pid)) unlinkSync(path)
    },
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readOwner(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function isAlive(owner: string): boolean {
  const pid = Number(owner.split(' ')[0])
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return ownerText(pid) === owner
}

/** The start time tells a process from a later one with the same id; where there is no /proc, the id has to do. */
function ownerText(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return `${pid} ${stat.slice(stat.lastIndexOf(')')).split(' ')[20]}`
  } catch {
    return `${pid} -`
  }
}

function locked(): DbError {
  return new DbError('DB_LOCKED', 'another process has the database open')
}
