import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequest } from './create.ts'
import { stampReceived } from './received.ts'

function stamped(via: string, address = '203.0.113.9'): string[] {
  const request = createRequest({
    method: 'OPTIONS',
    uri: 'sip:a',
    headers: [
      ['To', 'x'],
      ['Via', via],
    ],
  })
  const result = stampReceived(request, { address, port: 40_000 })
  assert.deepEqual(request.headers.getAll('Via').length, result.headers.getAll('Via').length)
  return result.headers.getAll('Via')
}

test('stampReceived() fills rport and adds received (RFC 3581 §4)', () => {
  assert.deepEqual(stamped('SIP/2.0/TLS 10.0.0.1:5061;rport;branch=z9hG4bKx'), [
    'SIP/2.0/TLS 10.0.0.1:5061;rport=40000;branch=z9hG4bKx;received=203.0.113.9',
  ])
})

test('stampReceived() adds received alone where rport was not asked for (RFC 3261 §18.2.1)', () => {
  assert.deepEqual(stamped('SIP/2.0/TLS phone.example.com, SIP/2.0/TLS b'), [
    'SIP/2.0/TLS phone.example.com;received=203.0.113.9',
    'SIP/2.0/TLS b',
  ])
})

test('stampReceived() adds nothing where the sender named its own address', () => {
  assert.deepEqual(stamped('SIP/2.0/TLS 203.0.113.9'), ['SIP/2.0/TLS 203.0.113.9'])
  assert.deepEqual(stamped('SIP/2.0/TLS [2001:DB8::1]', '2001:db8::1'), ['SIP/2.0/TLS [2001:db8::1]'])
})

test('stampReceived() overwrites what the sender claims', () => {
  assert.deepEqual(stamped('SIP/2.0/TLS 203.0.113.9;received=192.0.2.1;rport=1'), [
    'SIP/2.0/TLS 203.0.113.9;rport=40000;received=203.0.113.9',
  ])
  assert.deepEqual(stamped('SIP/2.0/TLS 203.0.113.9;received=192.0.2.1'), ['SIP/2.0/TLS 203.0.113.9'])
})

test('stampReceived() leaves a request without a readable Via, and its argument, alone', () => {
  assert.deepEqual(stamped('nonsense'), ['nonsense'])
})
