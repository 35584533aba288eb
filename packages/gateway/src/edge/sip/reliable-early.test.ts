import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SipMessage } from '@voxkeep/wire/sip'
import { answer, offer, startTestEdge, type TestEdge } from './test-edge.ts'
import { requestText, responseText, type TestPeer } from './test-peer.ts'

const text = (body: Uint8Array) => new TextDecoder().decode(body)
const header = (message: SipMessage, name: string) => message.headers.get(name) ?? ''
const trunk = (reliable: string) =>
  `[{id: here, app: app, allowedAddresses: ["127.0.0.1"], reliableProvisional: ${reliable}}]`

async function ringing(o: { headers?: string[]; body?: string; reliable?: string } = {}) {
  const { headers = ['Supported: 100rel'], body = offer, reliable = 'supported' } = o
  const edge = await startTestEdge({ trunks: trunk(reliable) })
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body, headers, branch: 'z9hG4bKinvite' }))
  await peer.response(100)
  const call = await edge.nextCall()
  return { edge, peer, call, signalling: call.incoming.signalling }
}

function prackFor(response: SipMessage, o: { cseq?: number; rack?: string; body?: string } = {}): string {
  const { cseq = 2, rack = `${header(response, 'RSeq')} 1 INVITE`, body = '' } = o
  return requestText('PRACK', { to: header(response, 'To'), cseq, headers: [`RAck: ${rack}`], body })
}

test('interop 26: early media goes out reliably, and its answer is the 200’s', async () => {
  const { edge, peer, signalling } = await ringing()
  await using _ = edge
  signalling.ring('v=0 early')
  const progress = await peer.response(183)
  assert.equal(header(progress, 'Require'), '100rel')
  assert.equal(text(progress.body), 'v=0 early')
  assert.match(header(progress, 'Contact'), /^<sip:/)
  const answered = signalling.answer(answer)
  peer.write(prackFor(progress))
  assert.equal(header(await peer.response(200), 'CSeq'), '2 PRACK')
  const ok = await peer.response(200) // and not before the PRACK (RFC 3262 §3)
  assert.equal(header(ok, 'CSeq'), '1 INVITE')
  assert.equal(text(ok.body), 'v=0 early')
  peer.write(requestText('ACK', { to: header(ok, 'To') }))
  await answered
})

test('a reliable response is repeated until its PRACK, ever more slowly; then the INVITE is refused', async () => {
  const { edge, peer, call, signalling } = await ringing()
  await using _ = edge
  signalling.ring('v=0 early')
  const first = await peer.response(183)
  for (const ms of [500, 1_000, 2_000, 4_000, 8_000, 16_000]) {
    edge.clock.advance(ms)
    assert.equal(header(await peer.response(183), 'RSeq'), header(first, 'RSeq'))
  }
  edge.clock.advance(500)
  await peer.response(504)
  assert.equal(await call.whenEnded, 'no-ack')
  await edge.counted('legs_retired')
})

test('a PRACK for something else is refused, and changes nothing (RFC 3262 §3)', async () => {
  const { edge, peer, signalling } = await ringing()
  await using _ = edge
  signalling.ring('v=0 early')
  const progress = await peer.response(183)
  const rseq = Number(header(progress, 'RSeq'))
  const racks: [string, number][] = [
    [`${rseq + 1} 1 INVITE`, 481],
    [`${rseq} 2 INVITE`, 481],
    [`${rseq} 1 UPDATE`, 481],
    ['nonsense', 400],
  ]
  for (const [index, [rack, status]] of racks.entries()) {
    peer.write(prackFor(progress, { rack, cseq: 2 + index }))
    await peer.response(status)
  }
  peer.write(prackFor(progress, { cseq: 9 }))
  await peer.response(200)
  peer.write(prackFor(progress, { cseq: 10 }))
  await peer.response(481) // it is acknowledged already
})

test('a peer that requires 100rel gets ringing reliably, one response at a time', async () => {
  const { edge, peer, signalling } = await ringing({ headers: ['Require: 100rel'] })
  await using _ = edge
  signalling.ring()
  const ringingResponse = await peer.response(180)
  signalling.ring('v=0 early') // waits for the PRACK
  peer.write(prackFor(ringingResponse))
  await peer.response(200)
  const progress = await peer.response(183)
  assert.equal(Number(header(progress, 'RSeq')), Number(header(ringingResponse, 'RSeq')) + 1)
})

test('a 200 does not wait for ringing to be acknowledged, and its late PRACK is welcome', async () => {
  const { edge, peer, signalling } = await ringing({ headers: ['Require: 100rel'] })
  await using _ = edge
  signalling.ring()
  const ringingResponse = await peer.response(180)
  signalling.answer(answer).catch(() => {})
  await peer.response(200)
  peer.write(prackFor(ringingResponse))
  assert.equal(header(await peer.response(200), 'CSeq'), '2 PRACK')
})

test('ringing is repeated each minute, or a proxy would give the call up (RFC 3261 §13.3.1.1)', async () => {
  const { edge, peer, signalling } = await ringing()
  await using _ = edge
  signalling.ring()
  for (let minute = 0; minute < 3; minute += 1) {
    await peer.response(180)
    edge.clock.advance(60_000)
  }
  await peer.response(180)
  signalling.ring('v=0 early')
  const progress = await peer.response(183)
  peer.write(prackFor(progress))
  await peer.response(200)
  edge.clock.advance(60_000)
  assert.equal((await peer.response(183)).body.length, 0)
  signalling.reject(486)
  await peer.response(486)
  edge.clock.advance(60_000)
  peer.write(requestText('OPTIONS', { callId: 'other' }))
  await peer.response(200)
})

test('a peer that knows no 100rel gets early media unreliably, and the same answer', async () => {
  const { edge, peer, signalling } = await ringing({ headers: [] })
  await using _ = edge
  signalling.ring()
  assert.equal(header(await peer.response(180), 'Require'), '')
  signalling.ring('v=0 early')
  const progress = await peer.response(183)
  assert.equal(header(progress, 'RSeq'), '')
  signalling.ring() // would make some phones ring over what they play
  signalling.answer(answer).catch(() => {})
  assert.equal(text((await peer.response(200)).body), 'v=0 early')
})

test('a trunk may do without PRACK, or not without', async () => {
  const off = await ringing({ reliable: '"off"' })
  {
    await using _ = off.edge
    off.signalling.ring('v=0 early')
    assert.equal(header(await off.peer.response(183), 'RSeq'), '')
    off.peer.write(requestText('INVITE', { callId: 'c2', headers: ['Require: 100rel'], body: offer }))
    assert.equal(header(await off.peer.response(420), 'Unsupported'), '100rel')
  }
  await using edge = await startTestEdge({ trunks: trunk('required') })
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer }))
  assert.equal(header(await peer.response(421), 'Require'), '100rel')
  assert.equal(edge.calls.length, 0)
})

test('an offer in PRACK is answered in its 200 (RFC 3262 §5), and UPDATE may bring the next (RFC 3311)', async () => {
  const { edge, peer, call, signalling } = await ringing()
  await using _ = edge
  signalling.ring('v=0 early')
  const progress = await peer.response(183)
  const to = header(progress, 'To')
  peer.write(requestText('UPDATE', { to, cseq: 2, body: 'v=0 too soon' }))
  await peer.response(500)
  edge.reoffer = () => ({ sdp: 'v=0 second' })
  peer.write(prackFor(progress, { cseq: 3, body: 'v=0 in PRACK' }))
  assert.equal(text((await peer.response(200)).body), 'v=0 second')
  edge.reoffer = () => ({ sdp: 'v=0 third' })
  peer.write(requestText('UPDATE', { to, cseq: 4, body: 'v=0 in UPDATE' }))
  assert.equal(text((await peer.response(200)).body), 'v=0 third')
  assert.deepEqual(call.offers, ['v=0 in PRACK', 'v=0 in UPDATE'])
  signalling.answer(answer).catch(() => {})
  assert.equal(text((await peer.response(200)).body), 'v=0 third')
})

test('reoffer() in an early dialog is an UPDATE, once a first offer was answered (RFC 3311 §5.1)', async () => {
  const { edge, peer, signalling } = await ringing({
    headers: ['Supported: 100rel', 'Allow: INVITE, UPDATE, PRACK'],
  })
  await using _ = edge
  signalling.ring('v=0 early')
  const progress = await peer.response(183)
  await assert.rejects(signalling.reoffer('v=0 too soon'), { code: 'EDGE_LEG_OVER' })
  peer.write(prackFor(progress))
  await peer.response(200)
  const answered = signalling.reoffer('v=0 next')
  const update = await peer.request('UPDATE')
  assert.equal(text(update.body), 'v=0 next')
  peer.write(
    responseText(update, 200, ['Content-Type: application/sdp']).replace(
      'Content-Length: 0\r\n\r\n',
      'Content-Length: 3\r\n\r\nv=0',
    ),
  )
  assert.equal(text(await answered), 'v=0')
})

test('an offerless INVITE gets our offer early, and its PRACK the answer', async () => {
  const { edge, peer, call, signalling } = await ringing({ body: '' })
  await using _ = edge
  signalling.ring('v=0 our offer')
  const progress = await peer.response(183)
  peer.write(prackFor(progress, { body: 'v=0 their answer' }))
  await peer.response(200)
  assert.deepEqual(call.answers, ['v=0 their answer'])
  const answered = signalling.answer('v=0 ignored')
  const ok = await peer.response(200)
  assert.equal(text(ok.body), 'v=0 our offer')
  peer.write(requestText('ACK', { to: header(ok, 'To') }))
  assert.equal(text(await answered), 'v=0 their answer')
})

test('an early answer that cannot be used ends the call', async () => {
  const { edge, peer, call, signalling } = await ringing({ body: '' })
  await using _ = edge
  edge.reanswered = false
  signalling.ring('v=0 our offer')
  peer.write(prackFor(await peer.response(183), { body: 'v=0 bad' }))
  await peer.response(488)
  await peer.response(480)
  assert.equal(await call.whenEnded, 'gateway-hung-up')
})

async function cancelled(edge: TestEdge, peer: TestPeer): Promise<void> {
  peer.write(requestText('CANCEL', { branch: 'z9hG4bKinvite' }))
  await peer.response(200)
  await peer.response(487)
  edge.clock.advance(1_000) // nothing is repeated any more
  peer.write(requestText('OPTIONS', { callId: 'other' }))
  await peer.response(200)
}

test('interop 25: CANCEL ends what waits for a PRACK, the answer too', async () => {
  const { edge, peer, call, signalling } = await ringing()
  await using _ = edge
  signalling.ring('v=0 early')
  await peer.response(183)
  const answered = assert.rejects(signalling.answer(answer), { code: 'EDGE_LEG_OVER' })
  await cancelled(edge, peer)
  await answered
  assert.deepEqual(call.ended, ['caller-cancelled'])
  await edge.counted('legs_retired')
})
