import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { createId, idOfSid, parseId, sid, sidPrefixes, timeOfId, uuid } from './ids.ts'

const random = { bytes: (count: number) => new Uint8Array(count).fill(0xab) }

test('createId() sorts by age and parses back', () => {
  const older = createId('call', 1_000, random)
  const newer = createId('call', 2_000, random)
  assert.ok(older < newer)
  assert.equal(parseId('call', older), older)
  assert.equal(timeOfId(newer), 2_000)
})

test('parseId() refuses what createId() does not make', () => {
  for (const text of [
    '',
    'call_',
    'rec_000000000000abababababababababab00',
    'call_ZZ',
    `call_${'a'.repeat(33)}`,
  ]) {
    assert.equal(parseId('call', text), undefined, text)
  }
})

test('sid() carries the same 128 bits', () => {
  const id = createId('call', 1_000, random)
  assert.match(sid('CA', id), /^CA[0-9a-f]{32}$/)
  assert.equal(sid('CA', id).slice(2), id.slice(5))
})

test('uuid() makes the same UUID of an id and of its SID, another of another, with its time in front', () => {
  for (let byte = 0; byte < 256; byte += 5) {
    const id = createId('call', 0x0192_c0ff_ee7d, { bytes: (count) => new Uint8Array(count).fill(byte) })
    assert.match(uuid(id), /^0192c0ff-ee7d-7/)
    assert.equal(z.uuidv7().safeParse(uuid(id)).success, true, uuid(id))
    assert.equal(uuid(sid('CA', id)), uuid(id))
  }
  const id = createId('call', 1_000, random)
  assert.notEqual(uuid(id), uuid(createId('call', 1_001, random)))
})

test('idOfSid() undoes sid() for each kind and prefix, and takes nothing else', () => {
  const call = createId('call', 1_000, random)
  for (const prefix of sidPrefixes) assert.equal(idOfSid('call', prefix, sid(prefix, call)), call)
  const leg = createId('leg', 1_000, random)
  assert.equal(
    idOfSid(
      'leg',
      'CA',
      sid('CA', leg).replace(/[a-f]/g, (digit) => digit.toUpperCase()),
    ),
    leg,
  )
  for (const text of ['', 'CA', sid('RE', call), `${sid('CA', call)}0`, sid('CA', call).slice(0, -1)])
    assert.equal(idOfSid('call', 'CA', text), undefined, text)
})
