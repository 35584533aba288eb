import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SipMessage } from '@voxkeep/wire/sip'
import { answeredCall, offer, startTestEdge, trunkHere } from './test-edge.ts'
import { requestText } from './test-peer.ts'

const header = (message: SipMessage, name: string) => message.headers.get(name) ?? ''

test('interop 27: OPTIONS is answered with what we can do, and a bare Contact', async () => {
  await using edge = await startTestEdge({ advertisedHost: 'voice.example' })
  const peer = await edge.connect()
  peer.write(requestText('OPTIONS'))
  const ok = await peer.response(200)
  assert.equal(header(ok, 'Allow'), 'INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, NOTIFY, PRACK')
  assert.equal(header(ok, 'Accept'), 'application/sdp')
  assert.equal(header(ok, 'Supported'), 'timer, 100rel') // no replaces: Teams refuses who says that
  assert.equal(header(ok, 'Contact'), `<sip:voice.example:${edge.port};transport=tls>`)
  assert.equal(header(ok, 'Server'), 'Voxkeep')
  assert.match(header(ok, 'Via'), /received=127\.0\.0\.1/)
})

test('what cannot be served is refused by its own status', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const refused: [string, Parameters<typeof requestText>[1], number, RegExp?][] = [
    ['INVITE', { headers: ['Require: gruu, timer, made-up'] }, 420, /^Unsupported: gruu, made-up$/m],
    ['INVITE', { body: 'x', contentType: 'application/x-what' }, 415, /^Accept: application\/sdp/m],
    ['INVITE', { uri: 'http://gw.example/' }, 416],
    ['INVITE', { contact: 'not a contact' }, 400],
    ['INVITE', { contact: '<mailto:a@b>' }, 400],
    ['REGISTER', {}, 405, /^Allow: /m],
    ['SUBSCRIBE', {}, 405],
    ['NOTIFY', {}, 481],
    ['REFER', {}, 403],
    ['PRACK', {}, 481],
    ['MESSAGE', {}, 405],
    ['FROBNICATE', {}, 501],
    ['INFO', {}, 481],
    ['CANCEL', {}, 481],
  ]
  for (const [index, [method, fields, status, shows]] of refused.entries()) {
    peer.write(requestText(method, { ...fields, callId: `refused ${index}`.replace(' ', '-') }))
    await peer.response(status)
    if (shows) assert.match(peer.received().replaceAll('\r', ''), shows)
  }
  assert.equal(edge.calls.length, 0)
})

test('a call over SIPS has SIPS contacts (RFC 3261 §12.1.1)', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const { ok } = await answeredCall(edge, peer, { uri: 'sips:+49301@gw.example' })
  assert.equal(header(ok, 'Contact'), `<sips:127.0.0.1:${edge.port}>`)
})

test('new calls are turned away while we drain, and OPTIONS says so', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const { inDialog } = await answeredCall(edge, peer)
  edge.accepting = false
  peer.write(requestText('INVITE', { callId: 'c2', body: offer }))
  assert.equal(header(await peer.response(503), 'Retry-After'), '5')
  peer.write(requestText('OPTIONS', { callId: 'c3' }))
  await peer.response(503)
  peer.write(requestText('BYE', { ...inDialog, cseq: 2 }))
  await peer.response(200)
})

test('interop 13: a trunk has no more calls than it may, and gets room back when one ends', async () => {
  await using edge = await startTestEdge({
    trunks: '[{id: here, app: app, allowedAddresses: ["127.0.0.1"], maxCalls: 1}]',
  })
  const peer = await edge.connect()
  const { inDialog } = await answeredCall(edge, peer)
  peer.write(requestText('INVITE', { callId: 'c2', body: offer }))
  assert.equal(header(await peer.response(503), 'Retry-After'), '5')
  peer.write(requestText('BYE', { ...inDialog, cseq: 2 }))
  await peer.response(200)
  peer.write(requestText('INVITE', { callId: 'c3', body: offer }))
  await peer.response(100)
  assert.equal(edge.counts.get('calls_refused trunk'), 1)
})

test('calls come no faster than they may, nor more at once', async () => {
  await using edge = await startTestEdge({ limits: { callsPerSecond: 2 }, maxCalls: 3 })
  const peer = await edge.connect()
  const invite = (callId: string) => peer.write(requestText('INVITE', { callId, body: offer }))
  for (const callId of ['a', 'b']) {
    invite(callId)
    await peer.response(100)
  }
  invite('c')
  await peer.response(503)
  edge.clock.advance(1_000) // also the time at which the ringing calls get their 100 again
  invite('d')
  await peer.response(100)
  invite('e')
  await peer.response(503)
  assert.equal(edge.counts.get('calls_refused rate'), 1)
  assert.equal(edge.counts.get('calls_refused calls'), 1)
})

test('a call belongs to the trunk that it came from: another’s cannot end it', async () => {
  const trunks = `[${trunkHere.slice(1, -1)}, {id: there, app: app, allowedAddresses: ["127.0.0.2"]}]`
  await using edge = await startTestEdge({ trunks })
  const peer = await edge.connect()
  const { call, inDialog } = await answeredCall(edge, peer)
  const other = await edge.connect({ from: '127.0.0.2' })
  other.write(requestText('BYE', { ...inDialog, cseq: 2 }))
  await other.response(481)
  assert.deepEqual(call.ended, [])
})
