import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { decimalAmount, fillTemplate } from './template.ts'

/** What `unit: 'binary'` draws from; that would make a table of all million characters first. */
const anyCharacter = fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed())

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8')
const fill = (
  template: string,
  values: Record<string, string | Uint8Array>,
  escape: 'json' | 'form' = 'json',
) => text(fillTemplate(template, new Map(Object.entries(values)), escape))

test('fillTemplate() puts bytes and texts where their names stand, and nothing where there is none', () => {
  const values = { 'card.number': Buffer.from('4242424242424242'), reference: 'order' }
  assert.equal(
    fill('{"a":"{{card.number}}","b":"{{reference}}","c":"{{call}}"}', values),
    '{"a":"4242424242424242","b":"order","c":""}',
  )
})

test('fillTemplate() does not look again at what it put in', () => {
  const values = { 'card.number': Buffer.from('4242'), description: '{{card.number}}' }
  assert.equal(fill('"{{description}}"', values), '"{{card.number}}"')
})

test('fillTemplate() makes JSON that says exactly what was put in, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (value) => {
      const filled = fill('{"a":"{{reference}}"}', { reference: value })
      assert.deepEqual(JSON.parse(filled), { a: value.toWellFormed() })
    }),
  )
})

test('fillTemplate() makes a form that says exactly what was put in, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      const form = new URLSearchParams(fill('a={{reference}}&b=1', { reference: value }, 'form'))
      assert.deepEqual([form.get('a'), form.get('b')], [value.toWellFormed(), '1'])
    }),
  )
})

test('fillTemplate() gives memory of its own, to be zeroed', () => {
  const number = new Uint8Array(Buffer.from('4242'))
  const filled = fillTemplate('{{card.number}}', new Map([['card.number', number]]), 'json')
  filled.fill(0)
  assert.equal(text(number), '4242')
  assert.equal(filled.byteLength, filled.buffer.byteLength)
})

test('decimalAmount() divides as the currency does', () => {
  const amounts = [
    decimalAmount(1_050, 'USD'),
    decimalAmount(5, 'EUR'),
    decimalAmount(1_050, 'JPY'),
    decimalAmount(1_050, 'KWD'),
  ]
  assert.deepEqual(amounts, ['10.50', '0.05', '1050', '1.050'])
})
