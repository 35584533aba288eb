import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { sessionGroup } from './tls-group.ts'

const der = (tag: number, content: readonly number[]): number[] => {
  const { length } = content
  if (length < 0x80) return [tag, length, ...content]
  return length < 0x100
    ? [tag, 0x81, length, ...content]
    : [tag, 0x82, length >> 8, length & 0xff, ...content]
}
const integer = (value: number) =>
  der(0x02, [...(value > 0x7fff ? [0] : []), ...(value > 0xff ? [value >> 8] : []), value & 0xff])

/** A session as OpenSSL writes it: fields before the group, the group, and one that a later version may add. */
function session(group: number, before: readonly number[] = [], after: readonly number[] = []): Uint8Array {
  return Uint8Array.from(der(0x30, [...integer(1), ...before, ...der(0xb3, integer(group)), ...after]))
}

test('sessionGroup() names the group, whatever stands before and after it', () => {
  const [certificate, later] = [der(0xa3, Array<number>(700).fill(7)), der(0xb4, [1, 2])]
  assert.equal(sessionGroup(session(0x11ec, certificate, later)), 'X25519MLKEM768')
  assert.equal(sessionGroup(session(0x1d)), 'X25519')
  assert.equal(sessionGroup(session(0x18, der(0x04, [1]))), 'secp384r1')
})

test('sessionGroup() gives the number of a group that it cannot name, and nothing where there is none', () => {
  assert.equal(sessionGroup(session(0xfe31)), '0xfe31')
  assert.equal(sessionGroup(Uint8Array.from(der(0x30, integer(1)))), '')
  assert.equal(sessionGroup(new Uint8Array(0)), '')
  assert.equal(sessionGroup(session(0x1d).subarray(0, -1)), '')
})

test('sessionGroup() never throws, whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void sessionGroup(bytes)))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      assert.equal(typeof sessionGroup(Uint8Array.from([0x30, bytes.length, ...bytes])), 'string')
    }),
  )
})

test('sessionGroup() undoes the writing of any group', () => {
  const field = fc.tuple(fc.integer({ min: 0xa0, max: 0xb2 }), fc.array(fc.nat(255), { maxLength: 300 }))
  const group = fc
    .integer({ min: 0x200, max: 0xffff })
    .filter((id) => sessionGroup(session(id)).startsWith('0x'))
  fc.assert(
    fc.property(group, fc.array(field, { maxLength: 5 }), (id, fields) => {
      const before = fields.flatMap(([tag, content]) => der(tag, content))
      assert.equal(sessionGroup(session(id, before)), `0x${id.toString(16).padStart(4, '0')}`)
    }),
  )
})
