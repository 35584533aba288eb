import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pay, type PayCommand } from './commands-collect.ts'
import { fieldsToAskAgain, payFields } from './pay-fields.ts'

const command = (more: object = {}): PayCommand => pay.parse({ type: 'pay', provider: 'stripe', ...more })
const kinds = (more?: object) => payFields(command(more)).map(({ field }) => field)

test('payFields() asks for what the method needs, in the order of the card', () => {
  assert.deepEqual(kinds(), ['card-number', 'card-expiry', 'card-code'])
  assert.deepEqual(kinds({ security_code: false, postal_code: true }), [
    'card-number',
    'card-expiry',
    'postal-code',
  ])
  assert.deepEqual(kinds({ method: 'bank' }), ['bank-routing', 'bank-account'])
})

test('payFields() hands on prompts, brands and the shortest postal code', () => {
  const fields = payFields(
    command({
      cards: ['visa'],
      postal_code: true,
      min_postal_code_digits: 4,
      fields: { 'card-number': { prompt_url: '/card.wav', confirm: true } },
    }),
  )
  const [number, , , postal] = fields
  assert.partialDeepStrictEqual(number, {
    cards: ['visa'],
    prompt_url: '/card.wav',
    confirm: true,
    repeat: false,
  })
  assert.equal(postal?.min_digits, 4)
})

test('fieldsToAskAgain() asks for what was wrong, for all of another card, and for nothing where that would not help', () => {
  assert.deepEqual(fieldsToAskAgain('wrong-code'), ['card-code'])
  assert.deepEqual(fieldsToAskAgain('wrong-expiry'), ['card-expiry'])
  assert.ok(fieldsToAskAgain('insufficient-funds').includes('card-number'))
  assert.deepEqual(fieldsToAskAgain('suspected-fraud'), [])
})
