import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock, Log } from '#kernel'
import { sealedEnding as ending } from './places.ts'

/** Where sealed objects wait, on this node's disk, until their store has them. Nothing here is plain. */
export interface Spool extends Disposable {
  readonly dir: string
  pathOf(id: string): string
  /** Whether something new may be sealed here. What runs goes on beyond the limit, so it is looked at again and again. */
  readonly hasRoom: boolean
  /** Bytes that lay here when it was last looked at. */
  readonly bytes: number
  /** Ids of the whole files. */
  finished(): Promise<readonly string[]>
  /** Removes the file of an object, finished or not; durable. Again: nothing. */
  remove(id: string): Promise<void>
  /** Looks at what lies here now. */
  measure(): Promise<number>
}

/** How old the measured size may be: with 1,000 recordings at 16 kB/s it is 80 MB wrong at most. */
const measureMs = 5_000

/** Makes the folder (0700) when it is missing. */
export async function openSpool(o: {
  readonly dir: string
  readonly maxBytes: number
  readonly clock: Clock
  readonly log: Log
}): Promise<Spool> {
  await mkdir(o.dir, { recursive: true, mode: 0o700 })
  let bytes = await sizeOf(o.dir)
  let cancel = () => {}
  let isClosed = false
  const measure = async () => {
    bytes = await sizeOf(o.dir)
    return bytes
  }
  const arm = () => {
    if (isClosed) return
    cancel = o.clock.set(measureMs, () => {
      void measure()
        .catch((error: unknown) => o.log.warn('the spool cannot be measured', { error }))
        .finally(arm)
    })
  }
  arm()
  return {
    dir: o.dir,
    pathOf: (id) => join(o.dir, id + ending),
    get hasRoom() {
      return bytes < o.maxBytes
    },
    get bytes() {
      return bytes
    },
    async finished() {
      const names = await readdir(o.dir)
      return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length))
    },
    async remove(id) {
      const path = join(o.dir, id + ending)
      await rm(path, { force: true })
      await rm(`${path}.part`, { force: true })
      const folder = await open(o.dir, 'r')
      await folder.sync().finally(() => folder.close())
    },
    measure,
    [Symbol.dispose]() {
      isClosed = true
      cancel()
    },
  }
}

async function sizeOf(dir: string): Promise<number> {
  let bytes = 0
  for (const name of await readdir(dir))
    bytes += await stat(join(dir, name)).then(
      ({ size }) => size,
      () => 0,
    )
  return bytes
}
