import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const python = '/usr/bin/python3' // Debian's own: the packages are installed for no other
const program = fileURLToPath(new URL('../../../../tools/independent/read-recording.py', import.meta.url))
const patienceMs = 30_000

/** The `skip` of a test that needs the reader in Python: how to get what it needs, or `false`. In CI nothing is skipped. */
export function withoutPythonReader(): string | false {
  const isThere =
    spawnSync(python, ['-c', 'import argon2, cryptography'], { timeout: patienceMs }).status === 0
  return isThere || process.env['CI'] ? false : 'missing: apt-get install python3-argon2 python3-cryptography'
}

/** Has the reader in Python open a recording into `out`; what it complains of, empty when it does not. */
export function readInPython(o: {
  readonly keys: string
  readonly keyring: string
  readonly object: string
  readonly out: string
  readonly passphrase: string
}): string {
  const args = [program, o.keys, o.keyring, o.object, o.out, '--passphrase', o.passphrase]
  const { status, stderr } = spawnSync(python, args, { timeout: patienceMs, encoding: 'utf8' })
  return status === 0 ? '' : stderr.trim() || `it ended with ${status}`
}
