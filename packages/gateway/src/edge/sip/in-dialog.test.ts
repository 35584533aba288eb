import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SipMessage } from '@voxkeep/wire/sip'
import { answer, callUp as upWith, offer, settled, startTestEdge } from './test-edge.ts'
import { requestText, responseText } from './test-peer.ts'

const text = (body: Uint8Array) => new TextDecoder().decode(body)
const header = (message: SipMessage, name: string) => message.headers.get(name) ?? ''

const callUp = (headers: readonly string[] = []) => upWith({ headers })

test('interop 17, 21: a re-INVITE with an offer is answered', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  edge.reoffer = () => ({ sdp: 'v=0 held' })
  peer.write(requestText('INVITE', { ...inDialog, cseq: 2, body: 'v=0 hold' }))
  const ok = await peer.response(200)
  assert.equal(text(ok.body), 'v=0 held')
  assert.deepEqual(call.offers, ['v=0 hold'])
  peer.write(requestText('ACK', { ...inDialog, cseq: 2 }))
  edge.clock.advance(32_000)
  assert.deepEqual(call.ended, [])
})

test('a re-INVITE that is refused leaves the call as it is', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  edge.reoffer = () => ({ status: 488 })
  peer.write(requestText('INVITE', { ...inDialog, cseq: 2, body: 'v=0 video' }))
  await peer.response(488)
  peer.write(requestText('ACK', { ...inDialog, cseq: 2 }))
  assert.deepEqual(call.ended, [])
})

test('interop 17: a re-INVITE without an offer gets ours, and its ACK brings the answer', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  edge.reoffer = () => ({ sdp: 'v=0 ours' })
  peer.write(requestText('INVITE', { ...inDialog, cseq: 2 }))
  assert.equal(text((await peer.response(200)).body), 'v=0 ours')
  peer.write(requestText('ACK', { ...inDialog, cseq: 2, body: 'v=0 theirs' }))
  await settled(peer, inDialog, 3)
  assert.deepEqual([call.offers, call.answers, call.ended], [['none'], ['v=0 theirs'], []])
})

for (const body of ['v=0 unusable', ''])
  test(`an answer to our offer that ${body ? 'cannot be used' : 'is missing'} ends the call`, async () => {
    const { edge, peer, call, inDialog } = await callUp()
    await using _ = edge
    edge.reanswered = false
    peer.write(requestText('INVITE', { ...inDialog, cseq: 2 }))
    await peer.response(200)
    peer.write(requestText('ACK', { ...inDialog, cseq: 2, body }))
    peer.write(responseText(await peer.request('BYE'), 200))
    assert.deepEqual([call.answers, await call.whenEnded], [[body], 'gateway-hung-up'])
  })

test('a re-INVITE whose 200 is never acknowledged ends the call (RFC 3261 §14.2)', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  peer.write(requestText('INVITE', { ...inDialog, cseq: 2, body: offer }))
  await peer.response(200)
  edge.clock.advance(32_000)
  assert.equal(await call.whenEnded, 'no-ack')
})

test('interop 24: an offer meets 491 while ours waits for its answer in the ACK', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  peer.write(requestText('INVITE', { ...inDialog, cseq: 2 }))
  await peer.response(200)
  peer.write(requestText('INVITE', { ...inDialog, cseq: 3, body: 'v=0 glare' }))
  await peer.response(491)
  peer.write(requestText('ACK', { ...inDialog, cseq: 3 }))
  peer.write(requestText('ACK', { ...inDialog, cseq: 2, body: 'v=0 theirs' }))
  await settled(peer, inDialog, 4)
  assert.deepEqual([call.answers, call.ended], [['v=0 theirs'], []])
})

test('a re-INVITE before the ACK is put off (RFC 3261 §14.2)', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer }))
  await peer.response(100)
  const call = await edge.nextCall()
  call.incoming.signalling.answer(answer).catch(() => {})
  const to = header(await peer.response(200), 'To')
  peer.write(requestText('INVITE', { to, cseq: 2, body: offer }))
  assert.match(header(await peer.response(500), 'Retry-After'), /^([0-9]|10)$/)
})

test('UPDATE carries an offer, or only refreshes', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  peer.write(requestText('UPDATE', { ...inDialog, cseq: 2 }))
  assert.equal((await peer.response(200)).body.length, 0)
  peer.write(requestText('UPDATE', { ...inDialog, cseq: 3, body: 'v=0 moved' }))
  assert.equal(text((await peer.response(200)).body), answer)
  assert.deepEqual(call.offers, ['v=0 moved'])
})

test('interop 23: a request whose CSeq does not go forward is refused', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  peer.write(requestText('BYE', { ...inDialog, cseq: 1 }))
  await peer.response(500)
  assert.deepEqual(call.ended, [])
})

test('interop 39: INFO reports digits, and says nothing of them anywhere else', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  const info = (cseq: number, contentType: string, body: string) =>
    peer.write(requestText('INFO', { ...inDialog, cseq, contentType, body }))
  info(2, 'application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n')
  await peer.response(200)
  info(3, 'application/dtmf', '#')
  await peer.response(200)
  info(4, 'application/dtmf-relay', 'Signal=nothing\r\n')
  await peer.response(200)
  info(5, 'text/plain', 'hello')
  assert.match(header(await peer.response(415), 'Accept'), /application\/dtmf-relay/)
  assert.deepEqual(call.digits, ['5 160', '# 250'])
})

test('INFO of a package that we do not take is refused (RFC 6086 §4.2.2)', async () => {
  const { edge, peer, inDialog } = await callUp()
  await using _ = edge
  peer.write(requestText('INFO', { ...inDialog, cseq: 2, headers: ['Info-Package: foo'] }))
  await peer.response(469)
})

test('a request in a dialog that there is not gets 481', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  for (const method of ['BYE', 'INFO', 'UPDATE', 'INVITE', 'OPTIONS']) {
    peer.write(requestText(method, { to: '<sip:a@gw.example>;tag=gone' }))
    await peer.response(481)
  }
  peer.write(requestText('BYE', { callId: 'c9' }))
  await peer.response(481)
})

test('a moved Contact is where we send to (RFC 3261 §12.2.2)', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  peer.write(requestText('UPDATE', { ...inDialog, cseq: 2, contact: '<sip:moved@127.0.0.1:6000>' }))
  await peer.response(200)
  const hungUp = call.incoming.signalling.hangup()
  const bye = await peer.request('BYE')
  assert.equal(bye.uri, 'sip:moved@127.0.0.1:6000')
  peer.write(responseText(bye, 200))
  await hungUp
})

test('interop 23: requests follow the recorded route, in its order', async () => {
  const { edge, peer, call } = await callUp([
    'Record-Route: <sip:p2.example;lr>, <sip:p1.example;lr>',
    'Record-Route: <sip:p0.example;lr>',
  ])
  await using _ = edge
  const hungUp = call.incoming.signalling.hangup()
  const bye = await peer.request('BYE')
  assert.deepEqual(bye.headers.getAll('Route'), [
    '<sip:p2.example;lr>',
    '<sip:p1.example;lr>',
    '<sip:p0.example;lr>',
  ])
  peer.write(responseText(bye, 200))
  await hungUp
})

test('a request on another connection of the trunk moves the call there', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  const second = await edge.connect()
  second.write(requestText('UPDATE', { ...inDialog, cseq: 2 }))
  await second.response(200)
  peer.socket.destroy()
  await peer.closed
  const hungUp = call.incoming.signalling.hangup()
  second.write(responseText(await second.request('BYE'), 200))
  await hungUp
})

test('interop 22: a peer that was to refresh the session and does not loses it', async () => {
  const { edge, peer, call, ok, inDialog } = await callUp(['Session-Expires: 90', 'Supported: timer'])
  await using _ = edge
  assert.equal(header(ok, 'Session-Expires'), '90;refresher=uac')
  assert.equal(header(ok, 'Require'), 'timer')
  edge.clock.advance(59_000)
  peer.write(requestText('UPDATE', { ...inDialog, cseq: 2, headers: ['x: 90', 'k: timer'] }))
  assert.equal(header(await peer.response(200), 'Session-Expires'), '90;refresher=uac')
  edge.clock.advance(59_000)
  assert.deepEqual(call.ended, [])
  edge.clock.advance(1_000)
  assert.match(header(await peer.request('BYE'), 'Reason'), /^Q\.850;cause=102;/)
  assert.equal(await call.whenEnded, 'connection-lost')
})

test('interop 22: we refresh the session when asked to, with UPDATE where the peer takes it', async () => {
  const { edge, peer, call, ok } = await callUp([
    'Session-Expires: 100;refresher=uas',
    'Supported: timer',
    'Allow: INVITE, UPDATE',
  ])
  await using _ = edge
  assert.equal(header(ok, 'Session-Expires'), '100;refresher=uas')
  edge.clock.advance(50_000)
  const update = await peer.request('UPDATE')
  assert.equal(header(update, 'Session-Expires'), '100;refresher=uac')
  peer.write(responseText(update, 422, ['Min-SE: 120']))
  peer.write(requestText('OPTIONS', { callId: 'other' }))
  await peer.response(200) // by then the 422 has been taken
  edge.clock.advance(0)
  const again = await peer.request('UPDATE')
  assert.equal(header(again, 'Session-Expires'), '120;refresher=uac')
  peer.write(responseText(again, 481))
  assert.equal(await call.whenEnded, 'connection-lost')
})

test('we refresh the session with the same SDP where the peer takes no UPDATE', async () => {
  const { edge, peer, call } = await callUp(['Session-Expires: 100'])
  await using _ = edge
  edge.clock.advance(50_000)
  const invite = await peer.request('INVITE')
  assert.equal(text(invite.body), answer)
  peer.write(responseText(invite, 200, ['Contact: <sip:caller@127.0.0.1:5999>']))
  assert.equal(header(await peer.request('ACK'), 'CSeq'), '1 ACK')
  edge.clock.advance(1_000_000) // no Session-Expires in the 200: nothing expires any more
  assert.deepEqual(call.ended, [])
})

test('interop 22: we ask for a timer ourselves where the peer knows timers, as the trunk says', async () => {
  const trunks = '[{id: here, app: app, allowedAddresses: ["127.0.0.1"], sessionExpiresS: 600}]'
  const headers = ['Supported: timer', 'Allow: INVITE, UPDATE']
  const { edge, peer, call, ok, inDialog } = await upWith({ trunks, headers })
  await using _ = edge
  assert.equal(header(ok, 'Session-Expires'), '600;refresher=uas')
  assert.equal(header(ok, 'Require'), '') // only who refreshes must know how
  edge.clock.advance(300_000)
  const update = await peer.request('UPDATE')
  peer.write(responseText(update, 200, ['Session-Expires: 600;refresher=uac']))
  await settled(peer, inDialog, 2)
  peer.write(requestText('INVITE', { ...inDialog, cseq: 3, body: offer, headers: ['Supported: timer'] }))
  assert.equal(header(await peer.response(200), 'Session-Expires'), '600;refresher=uas') // and it goes on
  peer.write(requestText('ACK', { ...inDialog, cseq: 3 }))
  await settled(peer, inDialog, 4)
  edge.clock.advance(300_000)
  await peer.request('UPDATE')
  assert.deepEqual(call.ended, [])
})

test('an interval that is too small is refused with the smallest (RFC 4028 §9)', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer, headers: ['Session-Expires: 30', 'Supported: timer'] }))
  assert.equal(header(await peer.response(422), 'Min-SE'), '90')
  assert.equal(edge.calls.length, 0)
})
