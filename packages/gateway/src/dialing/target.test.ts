import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { parseE164, parseTarget } from './target.ts'

const number = (text: string) => {
  const target = parseTarget(text)
  return target?.kind === 'number' ? target.number : undefined
}
const uri = (text: string) => {
  const target = parseTarget(text)
  return target?.kind === 'uri' ? target.uri : undefined
}

test('parseTarget() brings every international spelling of a number to one', () => {
  for (const text of [
    '+12125550100',
    '+1 212 555 0100',
    '+1 (212) 555-0100',
    '+1.212.555.0100',
    '+1-212-555-0100',
    'tel:+1-212-555-0100',
    'TEL:+12125550100',
  ])
    assert.equal(number(text), '+12125550100', text)
})

test('parseTarget() leaves out the trunk zero that people write', () => {
  assert.equal(number('+44 (0)20 7946 0018'), '+442079460018')
})

test('parseTarget() refuses spellings whose meaning depends on where one stands', () => {
  for (const text of ['12125550100', '0012125550100', '01112125550100', '2125550100', '8 10 1 212 555 0100'])
    assert.equal(parseTarget(text), undefined, text)
})

test('parseTarget() refuses short and emergency numbers, with and without a plus', () => {
  for (const text of [
    '911',
    '112',
    '+911',
    '+112',
    '+1911',
    '+49110',
    '999',
    '*72',
    '+1*72',
    '#31#+12125550100',
  ])
    assert.equal(parseTarget(text), undefined, text)
})

test('parseTarget() refuses what hides another number or goes on behind it', () => {
  for (const text of [
    '+12125550100;ext=9',
    '+12125550100 ext. 9',
    '+12125550100x9',
    '+12125550100,,9',
    '+12125550100p9',
    'tel:+12125550100;phone-context=+900',
    'tel:+12125550100;isub=1',
    'tel:12125550100',
    '++12125550100',
    '+1+2125550100',
    '+12125550100@evil',
    '+12125550100@evil.example',
    '+1555@evil',
    '+１９００５５５１２３４',
    '+١٢١٢٥٥٥٠١٠٠',
    '＋12125550100',
    '+1\u00a02125550100',
    '+1\u200b2125550100',
    '+1\u20112125550100',
    '+12125550100\n',
    '\r\n+12125550100',
    '+12125550100\u0000',
    '+1-800-FLOWERS',
    '',
    '+',
    `+1${'2'.repeat(300)}`,
  ])
    assert.equal(parseTarget(text), undefined, JSON.stringify(text))
})

test('parseTarget() reads SIP addresses, and drops the parameters that change nothing', () => {
  assert.equal(uri('sip:agent@pbx.example.com'), 'sip:agent@pbx.example.com')
  assert.equal(uri('SIP:agent@PBX.Example.com:5061;transport=tls'), 'sip:agent@pbx.example.com:5061')
  assert.equal(uri('sip:+1-212-555-0100@pbx.example.com'), 'sip:+12125550100@pbx.example.com')
  assert.equal(uri('sip:+12125550100@pbx.example.com;user=phone'), 'sip:+12125550100@pbx.example.com')
  assert.equal(uri('sip:+4402079460018@pbx.example.com'), 'sip:+442079460018@pbx.example.com')
  assert.equal(uri('sip:agent@[2001:db8::1]'), 'sip:agent@[2001:db8::1]')
})

test('parseTarget() refuses SIP addresses that say more than whom to call', () => {
  for (const text of [
    'sip:pbx.example.com',
    'sip:@pbx.example.com',
    'sip:agent:secret@pbx.example.com',
    'sip:agent@evil.example@pbx.example.com',
    'sip:agent%40evil.example@pbx.example.com',
    'sip:agent@pbx.example.com?Replaces=a%3Bto-tag%3Db',
    'sip:agent@pbx.example.com;maddr=evil.example',
    'sip:agent@pbx.example.com;lr',
    'sip:agent@pbx.example.com;user=phone;maddr=evil',
    'sip:agent;ext=1@pbx.example.com',
    'sip:*72@pbx.example.com',
    'sip:*@pbx.example.com',
    'sip:1-900-555-1234@pbx.example.com',
    'sip:1.2@pbx.example.com',
    'sip:+911@pbx.example.com',
    'sip:a+12125550100@pbx.example.com',
    'sip:agent@pbx.example.com.',
    'sip:agent@pbx..example.com',
    'sip:agent@pbx.example.com:0',
    'sip:agent@pbx.example.com:99999',
    'sip:agent@pbx.example.com\r\nEvil: yes',
    'sip:agent@pbx.example.com ',
    ' sip:agent@pbx.example.com',
    'sips:agent@pbx.example.com',
    '<sip:agent@pbx.example.com>',
    'http://pbx.example.com',
  ])
    assert.equal(parseTarget(text), undefined, JSON.stringify(text))
})

test('parseTarget() never throws, whatever the text', () => {
  const near = fc.stringMatching(/^(tel:|sips?:)?[+0-9a-zA-Z@.;:=?*()%\- ]{0,60}$/)
  fc.assert(fc.property(fc.oneof(fc.string({ maxLength: 400 }), near), (text) => void parseTarget(text)))
})

test('parseTarget() reads its own spelling as the same target', () => {
  const digits = fc.stringMatching(/^\+[1-9][0-9]{5,14}$/)
  const address = fc
    .tuple(fc.stringMatching(/^[a-z0-9+._-]{1,12}$/), fc.stringMatching(/^[a-z0-9.-]{1,12}$/))
    .map(([user, host]) => `sip:${user}@${host}`)
  fc.assert(
    fc.property(fc.oneof(digits, address), (text) => {
      const once = parseTarget(text)
      if (once === undefined) return
      assert.deepEqual(parseTarget(once.kind === 'number' ? once.number : once.uri), once)
    }),
    { numRuns: 500 },
  )
})

test('parseTarget() gives one number, however it is spaced', () => {
  const spaced = fc
    .tuple(
      fc.constantFrom('+12125550100', '+442079460018', '+4915112345678'),
      fc.infiniteStream(fc.constantFrom('', ' ', '-', '.', '(')),
    )
    .map(([plain, gaps]) => {
      const digits = plain.slice(1).split('')
      return {
        plain,
        text: `+${digits.map((digit, index) => digit + (index === 0 ? '' : (gaps.next().value ?? ''))).join('')}`,
      }
    })
  fc.assert(fc.property(spaced, ({ plain, text }) => assert.equal(number(text), plain)))
})

test('parseE164() wants three to fifteen digits that begin with no zero', () => {
  assert.deepEqual(['+123', '+12', '+0123', '+123456789012345', '+1234567890123456'].map(parseE164), [
    '+123',
    undefined,
    undefined,
    '+123456789012345',
    undefined,
  ])
})
