import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'
import type { Random } from '#kernel'
import { openBox, sealBox } from './aead.ts'
import type { KeyContext, KeyProvider } from './contract.ts'
import { KeyError, type KeyErrorCode } from './error.ts'

export interface FakeProvider extends KeyProvider {
  /** What it rejects everything with, for this key or for all (`*`). */
  readonly failing: Map<string, KeyErrorCode>
  /** Every call, as `operation key`. */
  readonly asked: string[]
  /** Newest version by key. */
  readonly versions: Map<string, number>
  readonly destroyed: Set<string>
}

let drawn = 0
/** Never the same twice in a process, and the same in every run. */
export const random: Random = {
  bytes: (count) =>
    new Uint8Array(
      createHash('shake256', { outputLength: count }).update(`voxkeep keys ${++drawn}`).digest(),
    ),
}

/** A key service in memory, with the failures that real ones have. */
export function fakeProvider(id = 'fake'): FakeProvider {
  const failing = new Map<string, KeyErrorCode>()
  const asked: string[] = []
  const versions = new Map<string, number>()
  const destroyed = new Set<string>()
  const ask = (operation: string, key: string) => {
    asked.push(`${operation} ${key}`)
    const code = failing.get(key) ?? failing.get('*')
    if (code !== undefined) throw new KeyError(code, 'as the test says')
    if (destroyed.has(key)) throw new KeyError('KEY_REFUSED', 'the key is destroyed')
  }
  const root = (key: string, version: number) =>
    createHash('sha256').update(`${id} ${key} ${version}`).digest()
  const aad = (context: KeyContext) => Buffer.from(canonicalize({ ...context }) ?? '')
  const seal = (key: string, plain: Uint8Array, context: KeyContext) => {
    const version = versions.get(key)
    if (version === undefined) throw new KeyError('KEY_UNKNOWN', 'there is no such key')
    const wrapped = sealBox(root(key, version), random.bytes(12), plain, aad(context))
    return { wrapped, keyRef: `${id}:${key}:${version}` }
  }
  const open = (operation: string, wrapped: Uint8Array, keyRef: string, context: KeyContext) => {
    const [, key = '', version] = keyRef.split(':')
    ask(operation, key)
    const plain = openBox(root(key, Number(version)), wrapped, aad(context))
    if (plain === undefined) throw new KeyError('KEY_TAMPERED', 'changed')
    return { key, plain }
  }
  return {
    id,
    kind: 'local',
    failing,
    asked,
    versions,
    destroyed,
    async ensureKey(key) {
      ask('ensure', key)
      if (!versions.has(key)) versions.set(key, 1)
    },
    async generateDataKey(key, context) {
      ask('generate', key)
      const plain = random.bytes(32)
      return { plain, ...seal(key, plain, context) }
    },
    async wrap(key, plain, context) {
      ask('wrap', key)
      return seal(key, plain, context)
    },
    unwrap: async ({ wrapped, keyRef }, context) => open('unwrap', wrapped, keyRef, context).plain,
    async rewrap({ wrapped, keyRef }, context) {
      const { key, plain } = open('rewrap', wrapped, keyRef, context)
      return seal(key, plain, context)
    },
    async rotate(key) {
      ask('rotate', key)
      versions.set(key, (versions.get(key) ?? 0) + 1)
      return { keyRef: `${id}:${key}:${versions.get(key)}`, createdAt: undefined, state: 'enabled' }
    },
    async describe(key) {
      ask('describe', key)
      return { keyRef: `${id}:${key}:${versions.get(key)}`, createdAt: undefined, state: 'enabled' }
    },
    async scheduleDestroy(key) {
      ask('destroy', key)
      destroyed.add(key)
      return new Date(0)
    },
    [Symbol.asyncDispose]: async () => {},
  }
}
