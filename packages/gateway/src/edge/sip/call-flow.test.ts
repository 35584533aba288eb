import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SipMessage } from '@voxkeep/wire/sip'
import { answer, answeredCall, offer, startTestEdge } from './test-edge.ts'
import { requestText, responseText } from './test-peer.ts'

const text = (body: Uint8Array) => new TextDecoder().decode(body)
const header = (message: SipMessage, name: string) => message.headers.get(name) ?? ''

test('listenSip() hands a call over with all that is known about it', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer }))
  await peer.response(100)
  const { incoming } = await edge.nextCall()
  assert.equal(incoming.trunk, 'here')
  assert.equal(incoming.tenant, 'default')
  assert.equal(incoming.app, 'app')
  assert.equal(incoming.from, '+491701234567')
  assert.equal(incoming.to, '+493012345')
  assert.equal(incoming.sipCallId, 'c1')
  assert.equal(text(incoming.offer ?? new Uint8Array()), offer)
  assert.equal(incoming.localAddress, '127.0.0.1')
  assert.deepEqual(
    { ...incoming.security, cipher: '', group: '' },
    {
      transport: 'tls',
      tlsVersion: 'TLSv1.3',
      cipher: '',
      group: '',
      peerCertificate: null,
      sourceAddress: '127.0.0.1',
      authenticatedBy: ['address'],
    },
  )
  assert.match(incoming.security.cipher, /^TLS_AES_256_GCM_SHA384$/)
})

test('listenSip() carries a call that the caller ends', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer }))
  await peer.response(100)
  const call = await edge.nextCall()
  call.incoming.signalling.ring()
  const ringing = await peer.response(180)
  const answered = call.incoming.signalling.answer(answer)
  const ok = await peer.response(200)
  assert.equal(text(ok.body), answer)
  assert.equal(header(ok, 'Content-Type'), 'application/sdp')
  assert.equal(header(ok, 'To'), header(ringing, 'To'))
  assert.equal(header(ok, 'Contact'), `<sip:127.0.0.1:${edge.port};transport=tls>`)
  assert.match(header(ok, 'Allow'), /INVITE.*UPDATE/)
  const to = header(ok, 'To')
  peer.write(requestText('ACK', { to, body: 'v=0 the answer' }))
  assert.equal(text(await answered), 'v=0 the answer')
  peer.write(requestText('BYE', { to, cseq: 2 }))
  await peer.response(200)
  assert.equal(await call.whenEnded, 'caller-hung-up')
  peer.write(requestText('BYE', { to, cseq: 3 }))
  await peer.response(481)
  assert.deepEqual(call.ended, ['caller-hung-up'])
})

test('hangup() sends BYE and waits for its answer', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const { call, ok } = await answeredCall(edge, peer)
  const hungUp = call.incoming.signalling.hangup({ cause: 38, text: 'Network out of order' })
  const bye = await peer.request('BYE')
  assert.equal(bye.uri, 'sip:caller@127.0.0.1:5999;transport=tls')
  assert.equal(header(bye, 'From'), header(ok, 'To'))
  assert.equal(header(bye, 'To'), header(ok, 'From'))
  assert.match(header(bye, 'Via'), new RegExp(`^SIP/2.0/TLS 127.0.0.1:${edge.port};branch=z9hG4bK`))
  assert.equal(await call.whenEnded, 'gateway-hung-up')
  peer.write(responseText(bye, 200))
  await hungUp
  await call.incoming.signalling.hangup()
  assert.deepEqual(call.ended, ['gateway-hung-up'])
  assert.equal(header(bye, 'Reason'), 'Q.850;cause=38;text="Network out of order"')
})

test('hangup() resolves when the peer never confirms', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const { call } = await answeredCall(edge, peer)
  const hungUp = call.incoming.signalling.hangup()
  await peer.request('BYE')
  edge.clock.advance(32_000)
  await hungUp
  await edge.counted('legs_retired')
})

test('hangup() before the ACK waits for it: RFC 3261 §15', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer }))
  await peer.response(100)
  const call = await edge.nextCall()
  const answered = call.incoming.signalling.answer(answer)
  const ok = await peer.response(200)
  const hungUp = call.incoming.signalling.hangup()
  peer.write(requestText('OPTIONS', { callId: 'other' }))
  await peer.response(200) // nothing came before this one
  peer.write(requestText('ACK', { to: header(ok, 'To') }))
  await answered
  peer.write(responseText(await peer.request('BYE'), 200))
  await hungUp
  assert.deepEqual(call.ended, ['gateway-hung-up'])
})

test('BYEs that cross are both answered, and the call ends once', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const { call, inDialog } = await answeredCall(edge, peer)
  const hungUp = call.incoming.signalling.hangup()
  const bye = await peer.request('BYE')
  peer.write(requestText('BYE', { ...inDialog, cseq: 2 }))
  await peer.response(200)
  peer.write(responseText(bye, 200))
  await hungUp
  assert.deepEqual(call.ended, ['gateway-hung-up'])
})

test('reject() answers with the status, once', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer }))
  await peer.response(100)
  const call = await edge.nextCall()
  const { signalling } = call.incoming
  signalling.reject(486, 'Not now')
  signalling.reject(603)
  signalling.ring()
  const busy = await peer.response(486)
  assert.equal(busy.reason, 'Not now')
  assert.equal(header(busy, 'Contact'), '')
  assert.deepEqual(call.ended, ['rejected'])
  await assert.rejects(signalling.answer(answer), { name: 'EdgeError', code: 'EDGE_LEG_OVER' })
  await signalling.hangup()
  assert.deepEqual(call.ended, ['rejected'])
})

test('hangup() before the answer turns the caller away', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer }))
  await peer.response(100)
  const call = await edge.nextCall()
  await call.incoming.signalling.hangup()
  await peer.response(480)
  assert.deepEqual(call.ended, ['gateway-hung-up'])
})

test('CANCEL ends a call that was not answered', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer, branch: 'z9hG4bKx' }))
  await peer.response(100)
  const call = await edge.nextCall()
  peer.write(requestText('CANCEL', { branch: 'z9hG4bKx' }))
  assert.equal(header(await peer.response(200), 'CSeq'), '1 CANCEL')
  assert.equal(header(await peer.response(487), 'CSeq'), '1 INVITE')
  assert.equal(await call.whenEnded, 'caller-cancelled')
  await assert.rejects(call.incoming.signalling.answer(answer), { code: 'EDGE_LEG_OVER' })
})

test('interop 25: CANCEL that crosses our 200 changes nothing; the BYE after it ends the call', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer, branch: 'z9hG4bKx' }))
  await peer.response(100)
  const call = await edge.nextCall()
  const answered = call.incoming.signalling.answer(answer)
  peer.write(requestText('CANCEL', { branch: 'z9hG4bKx' }))
  const ok = await peer.response(200)
  assert.equal(header(ok, 'CSeq'), '1 INVITE')
  assert.equal(header(await peer.response(200), 'CSeq'), '1 CANCEL')
  assert.deepEqual(call.ended, [])
  peer.write(requestText('ACK', { to: header(ok, 'To') }))
  await answered
  peer.write(requestText('BYE', { to: header(ok, 'To'), cseq: 2 }))
  await peer.response(200)
  assert.deepEqual(call.ended, ['caller-hung-up'])
})

test('interop 25: an answer that is never acknowledged is repeated, then given up with BYE', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer }))
  await peer.response(100)
  const call = await edge.nextCall()
  const answered = assert.rejects(call.incoming.signalling.answer(answer), { code: 'EDGE_NO_ACK' })
  const first = await peer.response(200)
  edge.clock.advance(500)
  const second = await peer.response(200)
  assert.equal(header(second, 'To'), header(first, 'To'))
  edge.clock.advance(32_000)
  await answered
  assert.equal(await call.whenEnded, 'no-ack')
  let last = await peer.next()
  while (last.kind === 'response') last = await peer.next()
  assert.equal(last.method, 'BYE')
  peer.write(responseText(last, 200))
  await edge.counted('legs_retired')
})

test('a repeated INVITE opens no second call', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const invite = requestText('INVITE', { body: offer, branch: 'z9hG4bKsame' })
  peer.write(invite)
  await peer.response(100)
  peer.write(invite)
  await peer.response(100)
  assert.equal(edge.calls.length, 1)
})

test('a repeated ACK and a BYE in the same packet are taken in order', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const { call, inDialog } = await answeredCall(edge, peer)
  const ack = requestText('ACK', inDialog)
  peer.write(ack + ack + requestText('BYE', { ...inDialog, cseq: 2 }) + '\r\n\r\n')
  await peer.response(200)
  assert.deepEqual(call.ended, ['caller-hung-up'])
})

test('an INVITE without an offer gets ours, and its ACK brings the answer', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE'))
  await peer.response(100)
  const { incoming } = await edge.nextCall()
  assert.equal(incoming.offer, undefined)
  const answered = incoming.signalling.answer(offer)
  const ok = await peer.response(200)
  peer.write(requestText('ACK', { to: header(ok, 'To'), body: answer }))
  assert.equal(text(await answered), answer)
})

test('a BYE before the answer gives the call up', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer }))
  await peer.response(100)
  const call = await edge.nextCall()
  call.incoming.signalling.ring()
  const to = header(await peer.response(180), 'To')
  peer.write(requestText('BYE', { to, cseq: 2 }))
  assert.equal(header(await peer.response(200), 'CSeq'), '2 BYE')
  assert.equal(header(await peer.response(487), 'CSeq'), '1 INVITE')
  assert.deepEqual(call.ended, ['caller-cancelled'])
})

test('interop 39: the ladder tells the story of a call and nothing that is secret', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const { call, inDialog } = await answeredCall(edge, peer)
  peer.write(
    requestText('INFO', {
      ...inDialog,
      cseq: 2,
      body: 'Signal=7\r\n',
      contentType: 'application/dtmf-relay',
    }),
  )
  await peer.response(200)
  peer.write(requestText('BYE', { ...inDialog, cseq: 3 }))
  await peer.response(200)
  const ladder = edge.ladders.get(call.incoming.leg) ?? []
  assert.deepEqual(
    ladder.map(({ direction, what }) => `${direction} ${what}`),
    [
      'received INVITE',
      'sent 100',
      'sent 200',
      'received ACK',
      'received INFO',
      'sent 200',
      'received BYE',
      'sent 200',
    ],
  )
  assert.doesNotMatch(JSON.stringify(ladder) + edge.logged(), /planted|Signal|1701234567|3012345|Erika/)
})

test('disposing the edge ends what is up, each with its word', async () => {
  const edge = await startTestEdge()
  const peer = await edge.connect()
  const { call } = await answeredCall(edge, peer)
  peer.write(requestText('INVITE', { callId: 'c2', body: offer }))
  await peer.response(100)
  const waiting = await edge.nextCall()
  const disposed = edge.close(true)
  const messages = [await peer.next(), await peer.next()]
  const bye = messages.find((message) => message.kind === 'request')
  assert.ok(bye?.method === 'BYE')
  assert.ok(messages.some((message) => message.kind === 'response' && message.status === 503))
  peer.write(responseText(bye, 200))
  await disposed
  await peer.closed
  assert.deepEqual([...call.ended, ...waiting.ended], ['shutdown', 'shutdown'])
})
