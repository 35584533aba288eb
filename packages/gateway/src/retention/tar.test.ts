import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { subjectArchive } from './archive.ts'
import { tarHeader } from './tar.ts'

test('tarHeader() refuses what it cannot say', () => {
  for (const entry of [
    { path: '', bytes: 1 },
    { path: 'a b', bytes: 1 },
    { path: 'x'.repeat(101), bytes: 1 },
    { path: 'a', bytes: -1 },
    { path: 'a', bytes: 8 ** 11 },
  ])
    assert.throws(() => tarHeader(entry, 0), RangeError)
})

const facts = { tenant: 'acme', request: 'dsr_1', createdAt: new Date('2026-01-02T03:04:05Z') }

test('subjectArchive() is a tar archive as tar reads it, with its manifest last', async () => {
  const files = async function* () {
    yield { path: 'calls/a.json', bytes: 5, content: [Buffer.from('hel'), Buffer.from('lo')] }
    yield { path: 'empty', bytes: 0, content: [] }
  }
  const parts = await Array.fromAsync(subjectArchive(files(), facts, (text) => `${text}\n— key sig\n`))
  const archive = Buffer.concat(parts)
  const tar = (...args: string[]) => spawnSync('tar', args, { input: archive, encoding: 'utf8' })
  assert.equal(tar('-tf', '-').stdout, 'calls/a.json\nempty\nMANIFEST\n')
  assert.equal(tar('-xOf', '-', 'calls/a.json').stdout, 'hello')
  const [format, , , created, first] = tar('-xOf', '-', 'MANIFEST').stdout.split('\n')
  assert.equal(format, 'voxkeep subject export v1')
  assert.equal(created, 'created 2026-01-02T03:04:05.000Z')
  assert.equal(first, '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824 5 calls/a.json')
})

test('subjectArchive() rejects when a file is not as long as it said', async () => {
  const files = async function* () {
    yield { path: 'a', bytes: 6, content: [Buffer.from('hello')] }
  }
  await assert.rejects(Array.fromAsync(subjectArchive(files(), facts, (text) => text)), RangeError)
})
