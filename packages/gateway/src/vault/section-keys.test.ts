import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import {
  freshSectionKeys,
  inOrder,
  maxSections,
  newRootKey,
  parseSectionKeys,
  sectionKeys,
  serializeSectionKeys,
  withoutSections,
  type SectionKey,
} from './section-keys.ts'
import { random } from './test-keys.ts'

const hex = (key: Uint8Array | undefined) => key && Buffer.from(key).toString('hex')
const copy = (nodes: readonly SectionKey[]) => nodes.map((node) => ({ ...node, key: node.key.slice() }))
const section = fc.integer({ min: 0, max: maxSections - 1 })

test('sectionKeys() gives a section the same key in whatever order they are asked for, and no two the same', () => {
  const root = newRootKey(random)
  fc.assert(
    fc.property(fc.array(section, { minLength: 1, maxLength: 8 }), (asked) => {
      const keys = sectionKeys(copy([root]))
      const found = asked.map((one) => hex(keys.of(one)))
      const alone = asked.map((one) => hex(sectionKeys([root]).of(one)))
      assert.deepEqual(found, alone)
      assert.equal(new Set(found).size, new Set(asked).size)
    }),
    { numRuns: 60 },
  )
})

test('sectionKeys() has no key past the last section, and none that is not a section', () => {
  const keys = sectionKeys([newRootKey(random)])
  assert.equal(keys.of(maxSections - 1)?.length, 32)
  for (const none of [maxSections, -1, 0.5, NaN, 2 ** 32]) assert.equal(keys.of(none), undefined)
})

test('SectionKeys.of() gives copies: what becomes of one is nothing to the next', () => {
  for (const nodes of [
    [newRootKey(random)],
    freshSectionKeys([0], { bytes: (count) => Buffer.alloc(count, 7) }),
  ]) {
    const keys = sectionKeys(nodes)
    const first = hex(keys.of(0))
    keys.of(0)?.fill(0)
    assert.equal(hex(keys.of(0)), first)
    keys.wipe()
    assert.ok(nodes.every(({ key }) => key.every((byte) => byte === 0)))
  }
})

test('withoutSections() keeps the key of every other section, and nothing that one of theirs follows from', () => {
  const scene = fc
    .integer({ min: 1, max: 300 })
    .chain((count) =>
      fc.record({ count: fc.constant(count), gone: fc.uniqueArray(fc.nat(count + 20), { maxLength: 12 }) }),
    )
  fc.assert(
    fc.property(scene, ({ count, gone }) => {
      const root = newRootKey(random)
      const before = sectionKeys(copy([root]))
      const kept = withoutSections([root], new Set(gone), count)
      const after = sectionKeys(copy(kept))
      for (let one = 0; one < count; one++)
        assert.equal(hex(after.of(one)), gone.includes(one) ? undefined : hex(before.of(one)))
      for (const one of gone)
        assert.ok(
          kept.every(({ level, index }) => one >>> (16 - level) !== index),
          'no node above it is kept',
        )
      assert.ok(kept.length <= 16 * (gone.length + 1))
    }),
    { numRuns: 60 },
  )
})

test('withoutSections() of what was redacted before takes a section’s own key away as well', () => {
  const root = newRootKey(random)
  const once = inOrder([...withoutSections([root], new Set([3]), 20), ...freshSectionKeys([3], random)])
  const old = hex(sectionKeys(copy(once)).of(3))
  assert.notEqual(old, hex(sectionKeys([root]).of(3)))
  const twice = withoutSections(once, new Set([3, 4]), 20)
  assert.equal(sectionKeys(copy(twice)).of(3), undefined)
  assert.ok(twice.every(({ key }) => hex(key) !== old))
  assert.equal(hex(sectionKeys(copy(twice)).of(5)), hex(sectionKeys([root]).of(5)))
})

test('parseSectionKeys() undoes serializeSectionKeys()', () => {
  const gone = fc.uniqueArray(fc.nat(99), { maxLength: 8 })
  fc.assert(
    fc.property(gone, (sections) => {
      const nodes = inOrder([
        ...withoutSections([newRootKey(random)], new Set(sections), 100),
        ...freshSectionKeys(sections, random),
      ])
      assert.deepEqual(parseSectionKeys(serializeSectionKeys(nodes)), nodes)
      assert.deepEqual(parseSectionKeys(Buffer.from(serializeSectionKeys(nodes))), nodes)
    }),
  )
})

test('parseSectionKeys() never throws, and takes no two keys for one section', () => {
  const entry = fc.tuple(fc.nat(18), fc.nat(0xffff)).map(([level, index]) => {
    const bytes = Buffer.alloc(35, 1)
    bytes.writeUInt8(level)
    bytes.writeUInt16BE(index % 2 ** Math.min(level, 16), 1)
    return bytes
  })
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 120 }),
    fc.array(entry, { maxLength: 4 }).map((all) => Buffer.concat(all)),
  )
  fc.assert(
    fc.property(bytes, (input) => {
      const nodes = parseSectionKeys(input)
      if (nodes === undefined) return
      const spans = nodes.map(({ level, index }) => [
        index * 2 ** (16 - level),
        (index + 1) * 2 ** (16 - level),
      ])
      for (const [n, [from = 0]] of spans.entries()) assert.ok(n === 0 || from >= (spans[n - 1]?.[1] ?? 0))
    }),
  )
  const node = freshSectionKeys([2], random)
  assert.equal(parseSectionKeys(serializeSectionKeys([...node, ...node])), undefined)
})
