import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { fileSource } from '#kernel'
import { openLines, sealLines, type PartOf } from './sealed-part.ts'

const random = { bytes: nodeRandomBytes }
const part: PartOf = { backup: 'bak_1', name: 'calls.vxb', key: new Uint8Array(32).fill(5) }

async function* groups(lines: readonly string[], size = 7) {
  for (let at = 0; at < lines.length; at += size) yield lines.slice(at, at + size)
}

async function inFolder(work: (path: () => string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-part-'))
  let made = 0
  try {
    await work(() => join(dir, `part-${++made}`))
  } finally {
    await rm(dir, { recursive: true })
  }
}

async function read(path: string, of = part): Promise<string[]> {
  await using source = await fileSource(path)
  const lines: string[] = []
  for await (const group of openLines(of, source)) lines.push(...group)
  return lines
}

describe('sealLines()', () => {
  test('openLines() undoes sealLines(), whatever the lines', () =>
    inFolder(async (path) => {
      const line = fc.string({ maxLength: 3_000 }).map((text) => JSON.stringify(text))
      await fc.assert(
        fc.asyncProperty(fc.array(line, { maxLength: 40 }), async (lines) => {
          const at = path()
          const { lines: count, bytes } = await sealLines(part, groups(lines), at, random)
          assert.deepEqual([count, (await readFile(at)).length], [lines.length, bytes])
          assert.deepEqual(await read(at), lines)
        }),
        { numRuns: 30 },
      )
    }))

  test('openLines() gives lines that span chunks, and none of a part without any', () =>
    inFolder(async (path) => {
      const [long, empty] = [path(), path()]
      const lines = Array.from({ length: 1_200 }, (_, at) => `{"at":${at},"ä":"${'x'.repeat(at % 90)}"}`)
      await sealLines(part, groups(lines), long, random)
      assert.deepEqual(await read(long), lines)
      await sealLines(part, groups([]), empty, random)
      assert.deepEqual(await read(empty), [])
    }))

  test('openLines() rejects what was changed, cut, put under another name, or into another backup', () =>
    inFolder(async (path) => {
      const at = path()
      await sealLines(
        part,
        groups(Array.from({ length: 900 }, (_, n) => `{"n":${n},"text":"${'y'.repeat(40)}"}`)),
        at,
        random,
      )
      const bytes = await readFile(at)
      const refused = { code: 'BACKUP_TAMPERED', part: 'calls.vxb' }
      for (const cut of [0, 55, 56, 72, 16_400 + 56, bytes.length - 1]) {
        await writeFile(at, bytes.subarray(0, cut))
        await assert.rejects(read(at), refused, `cut at ${cut}`)
      }
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: bytes.length * 8 - 1 }), async (bit) => {
          const changed = Buffer.from(bytes)
          changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
          await writeFile(at, changed)
          await assert.rejects(read(at), refused)
        }),
        { numRuns: 40 },
      )
      await writeFile(at, bytes)
      await assert.rejects(read(at, { ...part, name: 'tokens.vxb' }), { code: 'BACKUP_TAMPERED' })
      await assert.rejects(read(at, { ...part, backup: 'bak_2' }), { code: 'BACKUP_TAMPERED' })
      await assert.rejects(read(at, { ...part, key: new Uint8Array(32) }), { code: 'BACKUP_TAMPERED' })
      assert.equal((await read(at)).length, 900)
    }))
})
