import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ObjectError } from './error.ts'
import { noise } from './store-suite.ts'
import { storeSource } from './store-source.ts'

const bytes = noise(3_000_000, 'source')
type Range = { readonly start: number; readonly end?: number | undefined }

/** A store of one object; `asked` says for which ranges. */
function storeOf(
  change: (range: Range) => Readable = (range) => Readable.from([bytes.subarray(range.start, range.end)]),
) {
  const asked: [number, number][] = []
  const get = async (_: unknown, range: Range = { start: 0 }) => {
    asked.push([range.start, (range.end ?? bytes.length) - range.start])
    return change(range)
  }
  return { asked, source: storeSource({ get }, { store: 's', key: 'k', bytes: bytes.length }) }
}

test('storeSource() gives any part, byte for byte', async () => {
  const { source } = storeOf()
  const place = fc.nat({ max: bytes.length + 10 })
  await fc.assert(
    fc.asyncProperty(place, fc.nat({ max: 100_000 }), async (position, length) => {
      assert.ok(
        Buffer.from(await source.read(position, length)).equals(bytes.subarray(position, position + length)),
      )
    }),
    { numRuns: 40 },
  )
})

test('storeSource() asks for larger and larger blocks while it is read on and on, up to 1 MiB', async () => {
  const { source, asked } = storeOf()
  for (let at = 0; at < bytes.length; at += 16_400) await source.read(at, 16_400)
  assert.deepEqual(asked.map(([, length]) => length / 1_024).slice(0, 6), [
    64,
    128,
    256,
    512,
    1_024,
    (bytes.length - 1_984 * 1_024) / 1_024,
  ])
})

test('storeSource() says that an object is shorter or longer than what is listed, and tries again what failed', async () => {
  const short = storeOf(() => Readable.from([bytes.subarray(0, 10)]))
  await assert.rejects(short.source.read(0, 100), { code: 'OBJECT_CORRUPT' })
  const long = storeOf(() => Readable.from([bytes]))
  await assert.rejects(long.source.read(0, 100), { code: 'OBJECT_CORRUPT' })
  let failures = 1
  const flaky = storeOf(({ start, end }) => {
    if (failures-- > 0) throw new ObjectError('OBJECT_UNAVAILABLE', 'away')
    return Readable.from([bytes.subarray(start, end)])
  })
  await assert.rejects(flaky.source.read(0, 100), { code: 'OBJECT_UNAVAILABLE' })
  assert.equal((await flaky.source.read(0, 100)).length, 100)
})
