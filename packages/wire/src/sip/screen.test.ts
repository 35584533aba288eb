import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequest, createResponse } from './create.ts'
import { defaultScreenPolicy, screenRequest, screenResponse } from './screen.ts'

type Pairs = (readonly [string, string])[]

function screen(
  o: { method?: string; uri?: string; headers?: Pairs; body?: string },
  policy = defaultScreenPolicy,
): string {
  const { method = 'INVITE', uri = 'sip:a@b', headers = [], body = '' } = o
  const request = createRequest({ method, uri, headers, body: new TextEncoder().encode(body) })
  const screened = screenRequest(request, policy)
  if (screened.ok) return 'ok'
  return [screened.status, ...screened.headers.map(([name, value]) => `${name}: ${value}`)].join(' ')
}

test('screenRequest() judges the Request-URI', () => {
  assert.equal(screen({ uri: 'tel:+1201' }), 'ok')
  assert.equal(screen({ uri: 'http://a' }), '416')
  assert.equal(screen({ uri: 'sip:a@b?Subject=x' }), '400')
  assert.equal(screen({ uri: 'sip:a@b@' }), '400')
})

test('screenRequest() judges Max-Forwards', () => {
  assert.equal(screen({ headers: [['Max-Forwards', '0']] }), '483')
  assert.equal(screen({ headers: [['Max-Forwards', '0']] }, { ...defaultScreenPolicy, relays: false }), 'ok')
  assert.equal(screen({ headers: [['Max-Forwards', '0001']] }), 'ok')
  for (const hops of ['256', '-1', 'x', ''])
    assert.equal(screen({ headers: [['Max-Forwards', hops]] }), '400')
})

test('screenRequest() tells a method not allowed from one not known', () => {
  const allow = 'Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE'
  assert.equal(screen({ method: 'REGISTER' }), `405 ${allow}`)
  assert.equal(screen({ method: 'invite' }), `501 ${allow}`)
})

test('screenRequest() names the extensions it lacks, except in CANCEL and ACK (RFC 3261 §8.2.2.3)', () => {
  const headers: Pairs = [
    ['Require', 'timer, 100rel'],
    ['Require', 'siprec'],
  ]
  assert.equal(screen({ headers }), '420 Unsupported: 100rel, siprec')
  assert.equal(screen({ method: 'ACK', headers }), 'ok')
  assert.equal(screen({ method: 'CANCEL', headers }), 'ok')
})

test('screenRequest() judges a body by its type and encoding', () => {
  const accept = 'Accept: application/sdp, application/dtmf-relay, application/dtmf'
  const sdp: Pairs = [['Content-Type', 'Application/SDP; charset=utf-8']]
  assert.equal(screen({ headers: sdp, body: 'v=0' }), 'ok')
  assert.equal(screen({ headers: [['c', 'text/plain']], body: 'x' }), `415 ${accept}`)
  assert.equal(screen({ headers: [['c', 'text/plain']] }), 'ok')
  assert.equal(screen({ body: 'x' }), '400')
  assert.equal(screen({ headers: [...sdp, ['e', 'gzip']], body: 'x' }), '415 Accept-Encoding: identity')
  const optional: Pairs = [
    ['Content-Type', 'text/plain'],
    ['Content-Disposition', 'icon;handling=optional'],
  ]
  assert.equal(screen({ headers: optional, body: 'x' }), 'ok')
})

test('screenRequest() judges addresses', () => {
  assert.equal(screen({ headers: [['Contact', '"A" <sip:a@b>;q=1, <sip:c@d>']] }), 'ok')
  assert.equal(screen({ headers: [['Contact', '<sip:a@>']] }), '400')
  assert.equal(screen({ headers: [['Contact', '*']] }), '400')
  assert.equal(screen({ headers: [['Route', 'sip']] }), '400')
  const registrar = { ...defaultScreenPolicy, methods: ['REGISTER'] }
  const register = (to: string): string =>
    screen(
      {
        method: 'REGISTER',
        headers: [
          ['Contact', '*'],
          ['To', to],
        ],
      },
      registrar,
    )
  assert.deepEqual([register('sips:a@b'), register('tel:+1201')], ['ok', '400'])
})

test('screenRequest() refuses an INVITE whose sender could not read our session description', () => {
  for (const accept of ['*/*', 'text/plain, application/sdp;q=0.1']) {
    assert.equal(screen({ headers: [['Accept', accept]] }), 'ok')
  }
  assert.equal(screen({ headers: [['Accept', 'text/plain']] }), '406')
  assert.equal(screen({ headers: [['Accept', '']] }), '406')
  assert.equal(screen({ method: 'BYE', headers: [['Accept', 'text/plain']] }), 'ok')
})

const responseWith = (via: string) =>
  createResponse(createRequest({ method: 'BYE', uri: 'sip:a', headers: [['Via', via]] }), 200)

test('screenResponse() takes a response with one Via only (RFC 3261 §8.1.3.3)', () => {
  assert.equal(screenResponse(responseWith('SIP/2.0/TLS a')), true)
  assert.equal(screenResponse(responseWith('SIP/2.0/TLS a, SIP/2.0/TLS b')), false)
})
