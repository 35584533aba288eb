import { access, constants, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fault, fine, warning, type Examination, type Finding } from './contract.ts'

const gib = 1_024 ** 3
/** Both channels as µ-law, and what sealing adds. */
const recordedBytesPerHour = 58 * 1_024 * 1_024
const leastBytes = 1 * gib

/** Where rows, keys and recordings lie: may we write there, may others read there, is there room? */
export const disk: Examination = {
  about: 'disk',
  async examine({ dataDir }) {
    const place = await nearest(dataDir)
    const findings: Finding[] = []
    const isWritable = await access(place, constants.W_OK | constants.X_OK).then(
      () => true,
      () => false,
    )
    if (!isWritable)
      findings.push(
        fault(
          'disk',
          `${place} cannot be written to`,
          'Give the gateway’s user this folder: chown it, or name another dataDir.',
        ),
      )
    const { mode } = await stat(place)
    if (place === dataDir && (mode & 0o077) !== 0)
      findings.push(
        warning(
          'disk',
          `${dataDir} is open to other users of this machine`,
          `Close it: chmod 700 ${dataDir}`,
        ),
      )
    const { bavail, bsize } = await statfs(place)
    return [...findings, judgeRoom(bavail * bsize, place)]
  },
}

export function judgeRoom(freeBytes: number, place: string): Finding {
  const hours = Math.floor(freeBytes / recordedBytesPerHour)
  const room = `${(freeBytes / gib).toFixed(1)} GiB are free at ${place}: about ${hours} hours of recorded calls before objects move on`
  return freeBytes >= leastBytes
    ? fine('disk', room)
    : fault(
        'disk',
        room,
        'Make room or name another dataDir: a full disk ends recordings, and nothing can be audited.',
      )
}

/** The folder itself, or the nearest one above it that exists. */
async function nearest(path: string): Promise<string> {
  for (let place = path; ; place = dirname(place)) {
    const there = await stat(place).catch(() => undefined)
    if (there !== undefined || place === dirname(place)) return place
  }
}
