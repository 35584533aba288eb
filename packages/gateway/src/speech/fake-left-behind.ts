import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** For tests: a program that ends at once, and leaves one behind that holds its output for half a minute. */
export interface LeftBehind extends Disposable {
  readonly command: readonly string[]
  /** Resolves when it ended, which this process knows by then. Only while it runs, or will. */
  ended(): Promise<void>
  /** Resolves when whom it left behind is gone too. */
  gone(): Promise<void>
}

export function leftBehind(): LeftBehind {
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-left-'))
  const [first, other] = [join(folder, 'first'), join(folder, 'other')]
  execFileSync('/bin/sh', ['-c', 'mkfifo "$@"', 'sh', first, other])
  const held = async (file: string) => void (await once(createReadStream(file).resume(), 'end'))
  return {
    command: ['/bin/sh', '-c', `exec 4>${first}; sleep 30 3>${other} 4>&- & exit 0`],
    async ended() {
      await held(first)
      await once(spawn('/bin/sh', ['-c', ':']), 'exit') // who ended before is known to have ended
    },
    gone: () => held(other),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
