import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ConfigError } from '#kernel'
import { readErasures } from './backup-commands.ts'

const text = fc.string({ maxLength: 30 })
const at = fc
  .date({ noInvalidDate: true, min: new Date(0), max: new Date('2100-01-01') })
  .map((date) => date.toISOString())
const erasure = fc.record(
  { object: text, tenant: text, purpose: text, wrapped_sha256: text, at },
  { noNullPrototype: true },
)

test('readErasures() survives any text, and says in which line it is wrong', () => {
  fc.assert(
    fc.property(fc.string(), (given) => {
      try {
        readErasures(given, 'list')
      } catch (error) {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, /list:\d+: must be/)
      }
    }),
  )
  assert.throws(() => readErasures('{"object":"rec_1"}', 'list'), /list:1: must be/)
})

test('readErasures() undoes what the API gives, a JSON object a line', () => {
  fc.assert(
    fc.property(fc.array(erasure), (list) => {
      assert.deepEqual(readErasures(list.map((one) => `${JSON.stringify(one)}\n`).join(''), 'list'), list)
    }),
  )
})
