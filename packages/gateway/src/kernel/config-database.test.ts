import assert from 'node:assert/strict'
import { test } from 'node:test'
import { database } from './config-database.ts'

const server = { kind: 'postgresql', hosts: ['db.example'], user: 'voxkeep_node' }

test('database is the embedded one unless something else is said', () => {
  assert.deepEqual(database.parse(undefined), { kind: 'embedded' })
  assert.equal(database.safeParse({ kind: 'embedded', user: 'x' }).success, false)
})

test('database wants the name of a server proved, unless that is given up in so many words', () => {
  assert.deepEqual(database.parse(server), {
    ...server,
    port: 5432,
    name: 'voxkeep',
    tls: { mode: 'verify-full' },
    pool: { max: 10, idleMs: 60_000, connectTimeoutMs: 10_000, statementTimeoutMs: 30_000 },
    giveUpMs: 60_000,
  })
  const modes = ['verify-full', 'verify-ca', 'dangerouslyAllowPlaintext', 'require', 'prefer', 'disable']
  assert.deepEqual(
    modes.filter((mode) => database.safeParse({ ...server, tls: { mode } }).success),
    ['verify-full', 'dangerouslyAllowPlaintext'],
  )
})

test('database takes passwords by reference, and names that need no quoting', () => {
  for (const wrong of [
    { password: 'in clear' },
    { owner: { user: 'o', password: 'in clear' } },
    { user: 'a"b' },
    { name: 'a b' },
    { hosts: [] },
    { pool: { max: 1 } },
  ])
    assert.equal(database.safeParse({ ...server, ...wrong }).success, false, JSON.stringify(wrong))
  assert.ok(database.safeParse({ ...server, password: 'env:DATABASE' }).success)
})
