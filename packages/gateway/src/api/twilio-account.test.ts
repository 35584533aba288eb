import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { accountSid, type TenantId, type TokenId } from '#kernel'
import { isOfUser, parseBasic } from './twilio-account.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const sids = fc.tuple(fc.constantFrom('AC', 'SK'), fc.stringMatching(/^[0-9a-f]{32}$/))

test('parseBasic() undoes what a client writes, colons in the password and all', () => {
  fc.assert(
    fc.property(sids, fc.stringMatching(/^[\x20-\x7e]{0,80}$/), ([prefix, hex], password) => {
      assert.deepEqual(parseBasic(basic(`${prefix}${hex}:${password}`)), { user: prefix + hex, password })
    }),
  )
})

test('parseBasic() never throws, and takes nothing but a sid for a user', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseBasic(text)))
  fc.assert(fc.property(fc.string(), (text) => assert.equal(parseBasic(basic(`x${text}`)), undefined)))
  assert.equal(parseBasic(undefined), undefined)
  assert.equal(parseBasic(`Basic ${'A'.repeat(5_000)}`), undefined)
})

test('isOfUser() holds a token to its account, or to its own key', () => {
  const token = { id: `tok_${'1'.repeat(32)}` as TokenId, tenant: 'acme' as TenantId }
  assert.equal(isOfUser(token, accountSid('acme')), true)
  assert.equal(isOfUser(token, `SK${'1'.repeat(32)}`), true)
  assert.equal(isOfUser(token, accountSid('rival')), false)
  assert.equal(isOfUser(token, `SK${'2'.repeat(32)}`), false)
})
