import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNameAddr, parseUri } from '@voxkeep/wire/sip'
import * as fc from 'fast-check'
import { callAddresses } from './outgoing-address.ts'

const carrier = { host: 'carrier.example', port: undefined, domain: 'carrier.example' }
const from = '+12025550100'
const uriTo = (to: string, trunk: Parameters<typeof callAddresses>[1] = carrier) =>
  callAddresses({ to, from }, trunk)?.requestUri

test('callAddresses() calls a number at the trunk’s host', () => {
  assert.deepEqual(callAddresses({ to: '+49301234567', from, displayName: 'Erika "E"' }, carrier), {
    requestUri: 'sip:+49301234567@carrier.example;user=phone;transport=tls',
    from: '"Erika \\"E\\"" <sip:+12025550100@carrier.example>',
    to: '<sip:+49301234567@carrier.example;user=phone>',
  })
})

test('callAddresses() names the port only where the host itself is called', () => {
  const trunk = { ...carrier, port: 5071 }
  assert.equal(uriTo('anna', trunk), 'sip:anna@carrier.example:5071;transport=tls')
  assert.equal(uriTo('anna', { ...trunk, domain: 'pbx.example' }), 'sip:anna@pbx.example;transport=tls')
  const v6 = { host: '2001:db8::1', port: 5061, domain: '[2001:db8::1]' }
  assert.equal(uriTo('anna', v6), 'sip:anna@[2001:db8::1]:5061;transport=tls')
})

test('callAddresses() hides a caller without a number', () => {
  const addresses = callAddresses({ to: '+49301234567', from: '' }, carrier)
  assert.equal(addresses?.from, '<sip:anonymous@anonymous.invalid>')
})

test('callAddresses() calls a whole URI where it says, over TLS', () => {
  assert.equal(uriTo('sip:agent@pbx.example:5063'), 'sip:agent@pbx.example:5063;transport=tls')
  assert.equal(uriTo('sip:agent@pbx.example;transport=udp'), 'sip:agent@pbx.example;transport=tls')
  assert.equal(uriTo('sips:agent@pbx.example'), 'sips:agent@pbx.example')
})

for (const to of [
  '',
  'a\r\nVia: x',
  'a\0b',
  'x'.repeat(129),
  'tel:+49301234567',
  'sip:',
  'sip:agent:secret@pbx.example',
  'sip:agent@pbx.example?Route=evil.example',
  'sip:agent@pbx.example;maddr=192.0.2.66',
  'sip:agent@pbx.example;lr',
  'http://pbx.example',
]) {
  test(`callAddresses() refuses to call ${JSON.stringify(to.slice(0, 40))}`, () => {
    assert.equal(uriTo(to), undefined)
  })
}

test('callAddresses() never lets what is called leave the user part', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 140 })
  fc.assert(
    fc.property(text, text, text, (to, caller, displayName) => {
      if (/^[a-z][a-z\d+.-]*:/i.test(to)) return
      const addresses = callAddresses({ to, from: caller, displayName }, carrier)
      if (addresses === undefined) return
      const called = parseUri(addresses.requestUri)
      assert.equal(called?.host, 'carrier.example')
      assert.equal(called.headers, '')
      assert.ok([...called.params.keys()].every((name) => name === 'user' || name === 'transport'))
      for (const address of [addresses.from, addresses.to]) {
        assert.doesNotMatch(address, /[\r\n\0]/)
        const uri = parseUri(parseNameAddr(address)?.uri ?? '')
        assert.match(uri?.host ?? '', /^(?:carrier\.example|anonymous\.invalid)$/)
      }
    }),
  )
})
