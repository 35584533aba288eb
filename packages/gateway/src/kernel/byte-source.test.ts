import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileSource } from './byte-source.ts'

test('fileSource() reads any part of a file, and no more than there is', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-source-'))
  const bytes = Uint8Array.from({ length: 1_000 }, (_, at) => at % 251)
  writeFileSync(join(dir, 'file'), bytes)
  {
    await using source = await fileSource(join(dir, 'file'))
    assert.equal(source.bytes, 1_000)
    for (const [position, length] of [
      [0, 10],
      [500, 500],
      [990, 100],
      [1_000, 5],
      [2_000, 5],
      [3, 0],
    ] as const)
      assert.deepEqual(await source.read(position, length), bytes.slice(position, position + length))
  }
  await assert.rejects(fileSource(join(dir, 'none')), { code: 'ENOENT' })
  rmSync(dir, { recursive: true })
})
