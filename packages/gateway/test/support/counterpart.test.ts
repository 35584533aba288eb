import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { program, without } from './counterpart.ts'

// Hooks outside a suite would be those of every test in the process.
describe('counterparts', () => {
  const names = ['PATH', 'CI'] as const
  const before = names.map((name) => [name, process.env[name]] as const)

  beforeEach(() => {
    process.env['PATH'] = import.meta.dirname
    delete process.env['CI']
  })
  afterEach(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })

  test('without() says how to get the programs that are missing', () => {
    assert.equal(without('baresip', 'tshark'), 'missing: apt-get install baresip-core tshark')
  })

  test('without() skips nothing in CI, where program() then fails', () => {
    process.env['CI'] = 'true'
    assert.equal(without('baresip'), false)
    assert.throws(() => program('baresip'), /apt-get install baresip-core/)
  })

  test('without() skips nothing when all is there', () => {
    assert.equal(without(), false)
  })
})
