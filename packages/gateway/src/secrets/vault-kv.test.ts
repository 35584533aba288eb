import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { SecretError, type SecretErrorCode } from './error.ts'
import type { VaultAnswer } from './vault-client.ts'
import { readVaultEntry } from './vault-kv.ts'

/** A server with these answers by path; everything else is not found. */
function client(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = []
  return {
    asked,
    async call({ path }: { path: string }): Promise<VaultAnswer> {
      asked.push(path)
      const data = answers[path]
      if (data === undefined) return { ok: false, why: 'not-found', status: 404, errors: [] }
      return typeof data === 'string'
        ? { ok: false, why: data as 'refused', errors: [] }
        : { ok: true, data: data as Record<string, unknown> }
    },
    async [Symbol.asyncDispose]() {},
  }
}

const mounts = (version: string, path = 'secret/') => ({
  'sys/internal/ui/mounts/secret/voice/app': { path, options: { version } },
})
const fails = (act: Promise<unknown>, code: SecretErrorCode) =>
  assert.rejects(act, (error: unknown) => error instanceof SecretError && error.code === code)

test('readVaultEntry() reads version 2 below data/, and version 1 as it stands', async () => {
  const second = client({ ...mounts('2'), 'secret/data/voice/app': { data: { a: 'x', n: 7 }, metadata: {} } })
  assert.equal((await readVaultEntry(second, 'secret/voice/app')).get('a')?.reveal(), 'x')
  const first = client({ ...mounts('1'), 'secret/voice/app': { a: 'y' } })
  const fields = await readVaultEntry(first, 'secret/voice/app')
  assert.deepEqual([...fields.keys()], ['a'])
  assert.equal(fields.get('a')?.reveal(), 'y')
})

test('readVaultEntry() says what is wrong', async () => {
  const path = 'secret/voice/app'
  await fails(readVaultEntry(client({}), path), 'SECRET_UNKNOWN')
  await fails(readVaultEntry(client({ ...mounts('2') }), path), 'SECRET_UNKNOWN')
  const deleted = client({ ...mounts('2'), 'secret/data/voice/app': { data: null, metadata: {} } })
  await fails(readVaultEntry(deleted, path), 'SECRET_UNKNOWN')
  const denied = client({ 'sys/internal/ui/mounts/secret/voice/app': 'refused' })
  await fails(readVaultEntry(denied, path), 'SECRET_REFUSED')
  const away = client({ 'sys/internal/ui/mounts/secret/voice/app': 'unavailable' })
  await fails(readVaultEntry(away, path), 'SECRET_UNAVAILABLE')
  await fails(readVaultEntry(client(mounts('2', 'other/')), path), 'SECRET_INVALID')
})

test('readVaultEntry() asks for no path but that of an entry', async () => {
  const all = client({})
  await fc.assert(
    fc.asyncProperty(fc.string(), async (path) => {
      await readVaultEntry(all, path).catch((error: unknown) => assert.ok(error instanceof SecretError))
    }),
  )
  for (const path of ['../sys/seal', 'a/../b', 'a', '', 'a//b', 'a/b?x', 'a/./b'])
    await fails(readVaultEntry(all, path), 'SECRET_INVALID')
  assert.ok(all.asked.every((path) => path.startsWith('sys/internal/ui/mounts/') && !path.includes('..')))
})
