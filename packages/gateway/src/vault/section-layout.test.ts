import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { chunkBytes } from './cobblestone.ts'
import { newRootKey, sectionKeys } from './section-keys.ts'
import { bytesOfChunks, recordingLayout, sealedSectionBytes, sectionPlainBytes } from './section-layout.ts'
import { sectionWriter } from './section-seal.ts'
import { identity, random } from './test-keys.ts'

const owner = identity()

/** How long what is sealed of so many whole chunks is, after each of them and, ended, after `rest` more bytes. */
function sealedLengths(chunks: number, rest: number): { readonly after: number[]; readonly ended: number } {
  const writer = sectionWriter(sectionKeys([newRootKey(random)]), owner, random)
  const chunk = new Uint8Array(chunkBytes)
  const after = [0]
  for (let n = 0; n < chunks; n++) after.push((after.at(-1) ?? 0) + writer.seal(chunk).length)
  return { after, ended: (after.at(-1) ?? 0) + writer.finish(new Uint8Array(rest)).length }
}

test('recordingLayout() tells the chunks and the audio of what a sectionWriter sealed, ended or not', () => {
  for (const [chunks, rest] of [
    [0, 0],
    [0, 10],
    [31, 0],
    [31, 16_383],
    [32, 0],
    [32, 1],
    [33, 5],
    [65, 100],
  ] as const) {
    const { after, ended } = sealedLengths(chunks, rest)
    const whole = recordingLayout(ended)
    assert.deepEqual(
      {
        chunks: whole.chunks,
        plainBytes: whole.plainBytes,
        complete: whole.complete,
        tornBytes: whole.tornBytes,
      },
      { chunks: chunks + 1, plainBytes: chunks * chunkBytes + rest, complete: true, tornBytes: 0 },
    )
    for (const [n, bytes] of after.entries()) {
      const cut = recordingLayout(bytes)
      assert.deepEqual(
        [cut.chunks, cut.plainBytes, cut.complete, cut.tornBytes],
        [n, n * chunkBytes, false, 0],
      )
      assert.equal(bytesOfChunks(n), bytes)
    }
  }
})

test('recordingLayout() accounts for every byte, wherever a write was torn', () => {
  fc.assert(
    fc.property(fc.nat(3 * sealedSectionBytes), (bytes) => {
      const layout = recordingLayout(bytes)
      const { chunks, plainBytes, complete, tornBytes, sections, wholeSections } = layout
      assert.ok(tornBytes < 16_400 + 56 && plainBytes <= chunks * chunkBytes)
      assert.deepEqual(recordingLayout(bytes - tornBytes), { ...layout, tornBytes: 0 })
      assert.ok(sections === wholeSections || sections === wholeSections + 1)
      if (complete) assert.ok(tornBytes === 0 && plainBytes >= wholeSections * sectionPlainBytes)
    }),
    { numRuns: 2_000 },
  )
})
