import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { lockDirectory } from './directory-lock.ts'
import { DbError } from './error.ts'

test('lockDirectory() refuses a lock whose owner lives, and takes over one whose owner is gone', () => {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-lock-'))
  const path = join(dir, 'lock')
  {
    using _lock = lockDirectory(path)
    assert.throws(() => lockDirectory(path), DbError)
  }
  assert.ok(!existsSync(path), 'disposing gives it back')
  const dead = ['999999999 12', `${process.pid} 1`, 'not a process', ''] // no such process; our id, another start
  for (const owner of dead) {
    writeFileSync(path, owner)
    lockDirectory(path)[Symbol.dispose]()
  }
  assert.deepEqual(readdirSync(dir), [])
  rmSync(dir, { recursive: true })
})
