import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { isOnList, parseReferTo, serializeReferTo } from './refer-to.ts'

test('parseReferTo() gives a number or an address, and nothing that comes with it', () => {
  const cases: [string, string][] = [
    ['<sip:+12125550100@pbx.example;user=phone>', '+12125550100'],
    ['sip:+12125550100@203.0.113.9', '+12125550100'],
    ['tel:+1-212-555-0100;ext=7', '+12125550100'],
    [
      '"Agent" <sip:agent@pbx.example:5070;transport=tcp?Subject=x&Priority=urgent>',
      'sip:agent@pbx.example:5070',
    ],
    ['<sips:agent:secret@pbx.example>', 'sips:agent@pbx.example'],
    ['<sip:7000@pbx.example>', 'sip:7000@pbx.example'],
  ]
  for (const [value, to] of cases) assert.equal(parseReferTo(value)?.to, to)
  for (const bad of [
    '',
    '<mailto:a@b>',
    '<sip:a@b;method=BYE>',
    '<http://a/>',
    'tel:someone',
    `<sip:${'a'.repeat(2_000)}@b>`,
  ])
    assert.equal(parseReferTo(bad), undefined)
})

test('parseReferTo() reads an escaped Replaces, and refuses a malformed or a second one', () => {
  const value = '<sip:agent@pbx.example?Replaces=a%40b%3Bto-tag%3D7%3Bfrom-tag%3D8>'
  assert.deepEqual(parseReferTo(value)?.replaces, {
    callId: 'a@b',
    toTag: '7',
    fromTag: '8',
    earlyOnly: false,
  })
  assert.equal(parseReferTo('<sip:agent@pbx.example?Replaces=a%40b>'), undefined)
  const twice = value.replace('>', '&replaces=c%40d%3Bto-tag%3D7%3Bfrom-tag%3D8>')
  assert.equal(parseReferTo(twice), undefined)
})

test('parseReferTo() never throws, whatever the text', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseReferTo(text)))
  fc.assert(fc.property(fc.string(), (text) => void parseReferTo(`<sip:a@b?${text}>`)))
})

test('parseReferTo() undoes serializeReferTo()', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9.~-]{1,30}$/)
  const replaces = fc.record(
    { callId: word, toTag: word, fromTag: word, earlyOnly: fc.boolean() },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(fc.option(replaces, { nil: undefined }), (sent) => {
      const to = 'sip:agent@pbx.example'
      assert.deepEqual(parseReferTo(serializeReferTo(to, sent)), { to, replaces: sent })
    }),
  )
})

test('isOnList() knows numbers, prefixes and addresses, and no other pattern', () => {
  const list = ['+1212*', '+493012345', 'sip:*@pbx.example', 'sip:agent@desk.example:5070']
  for (const to of ['+12125550100', '+493012345', 'sip:anybody@pbx.example', 'sip:agent@desk.example:5070'])
    assert.equal(isOnList(to, list), true, to)
  for (const to of [
    '+1213',
    '+4930123456',
    'sip:x@pbx.example.evil',
    'sip:agent@desk.example',
    'sips:agent@desk.example:5070',
    'sip:+12125550100@evil.example',
    '',
  ])
    assert.equal(isOnList(to, list), false, to)
  assert.equal(isOnList('+1212', []), false)
})
