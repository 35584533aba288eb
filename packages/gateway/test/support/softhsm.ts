import { execFile } from 'node:child_process'
import { access, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { program, without } from './counterpart.ts'

/** A SoftHSM2 token in a folder of its own. */
export interface SoftHsm extends AsyncDisposable {
  readonly moduleFile: string
  readonly tokenLabel: string
  /** `file:` reference to the user's PIN. */
  readonly pin: string
  /** What a process needs in its environment; ours has it already. */
  readonly env: Readonly<Record<string, string>>
  /** Pulls the token, or puts it back. */
  setThere(is: boolean): Promise<void>
}

const run = promisify(execFile)
const modules = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so']
const pin = '493817'

/** The `skip` of a test that needs it: the package, or the compiled binding. In CI nothing is skipped. */
export function withoutSoftHsm(): string | false {
  if (process.env['CI']) return false
  try {
    createRequire(import.meta.url).resolve('pkcs11js/build/Release/pkcs11.node')
  } catch {
    return 'missing: the compiled pkcs11js (apt-get install g++ make python3, then run ./voxkeep)'
  }
  return without('softhsm2-util')
}

/** One for a process at a time: the module reads its configuration once. */
export async function startSoftHsm(tokenLabel = 'voxkeep'): Promise<SoftHsm> {
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-hsm-'))
  const tokens = join(dir, 'tokens')
  await mkdir(tokens)
  const config = `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`
  await writeFile(join(dir, 'softhsm2.conf'), config)
  await writeFile(join(dir, 'pin'), `${pin}\n`, { mode: 0o600 })
  const env = { SOFTHSM2_CONF: join(dir, 'softhsm2.conf') }
  Object.assign(process.env, env)
  const init = ['--init-token', '--free', '--label', tokenLabel, '--so-pin', '87654321', '--pin', pin]
  await run(program('softhsm2-util'), init)
  return {
    moduleFile: await firstThere(modules),
    tokenLabel,
    pin: `file:${join(dir, 'pin')}`,
    env,
    setThere: (is) => (is ? rename(`${tokens}.away`, tokens) : rename(tokens, `${tokens}.away`)),
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}

async function firstThere(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    try {
      await access(path)
      return path
    } catch {
      continue
    }
  }
  throw new Error('libsofthsm2.so is nowhere: apt-get install softhsm2')
}
