import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { readPointer } from './json-pointer.ts'

test('readPointer() follows names and places to a text, a number or a truth value', () => {
  const json = { a: { 'b/c': [{ 'd~': 'x' }, 7] }, ok: true, none: null }
  assert.equal(readPointer(json, '/a/b~1c/0/d~0'), 'x')
  assert.equal(readPointer(json, '/a/b~1c/1'), '7')
  assert.equal(readPointer(json, '/ok'), 'true')
  for (const pointer of [
    '/a',
    '/none',
    '/b',
    '/a/b',
    '/a/b~1c/2',
    '/a/length',
    '/__proto__/x',
    '/constructor/name',
  ])
    assert.equal(readPointer(json, pointer), undefined, pointer)
})

test('readPointer() finds every text of any JSON by its pointer', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.string())), (json) => {
      const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')
      for (const [outer, inside] of Object.entries(json))
        for (const [inner, value] of Object.entries(inside))
          assert.equal(readPointer(json, `/${escaped(outer)}/${escaped(inner)}`), value)
    }),
  )
})

test('readPointer() never throws, whatever the JSON and the pointer', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (json, pointer) => void readPointer(json, `/${pointer}`)),
  )
})
