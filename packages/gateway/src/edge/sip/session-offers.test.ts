import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SipMessage } from '@voxkeep/wire/sip'
import { callUp, offer, settled } from './test-edge.ts'
import { requestText, responseText } from './test-peer.ts'

const text = (body: Uint8Array) => new TextDecoder().decode(body)
const header = (message: SipMessage, name: string) => message.headers.get(name) ?? ''
const seqOf = (message: SipMessage) => Number(header(message, 'CSeq').split(' ')[0])
const sdpBody = (body: string) => [
  'Content-Type: application/sdp',
  'Contact: <sip:moved@127.0.0.1:6001>',
  body,
]

/** A 200 with a body, as text. */
function answerText(request: Parameters<typeof responseText>[0], body: string, extra: string[] = []): string {
  const [type = '', contact = ''] = sdpBody(body)
  return responseText(request, 200, [type, contact, ...extra]).replace(
    'Content-Length: 0\r\n\r\n',
    `Content-Length: ${body.length}\r\n\r\n${body}`,
  )
}

const versions = (version: number) => offer.replace('o=- 1 1 ', `o=- 1 ${version} `)

test('reoffer() sends a re-INVITE, acknowledges its 200 and gives the answer', async () => {
  const { edge, peer, call } = await callUp()
  await using _ = edge
  const answered = call.incoming.signalling.reoffer(versions(7))
  const invite = await peer.request('INVITE')
  assert.equal(text(invite.body), versions(7))
  assert.match(header(invite, 'Contact'), /^<sip:127\.0\.0\.1:\d+;transport=tls>$/)
  peer.write(answerText(invite, 'v=0 theirs'))
  const ack = await peer.request('ACK')
  assert.equal(seqOf(ack), seqOf(invite))
  assert.equal(ack.uri, 'sip:moved@127.0.0.1:6001') // the 200 moved the target (RFC 3261 §12.2.1.2)
  assert.equal(text(await answered), 'v=0 theirs')
})

test('interop 24: reoffer() is tried again after 491, later by who made the Call-ID', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  const answered = call.incoming.signalling.reoffer(versions(7))
  const first = await peer.request('INVITE')
  peer.write(responseText(first, 491))
  await peer.request('ACK')
  await settled(peer, inDialog, 2)
  edge.clock.advance(2_000) // the peer made the Call-ID: we wait two seconds at most
  const second = await peer.request('INVITE')
  assert.equal(seqOf(second), seqOf(first) + 1)
  peer.write(answerText(second, 'v=0 theirs'))
  assert.equal(text(await answered), 'v=0 theirs')
})

test('reoffer() waits as long as a peer asks that is busy with an offer of its own (RFC 3261 §14.2)', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  const answered = call.incoming.signalling.reoffer(versions(7))
  peer.write(responseText(await peer.request('INVITE'), 500, ['Retry-After: 3']))
  await peer.request('ACK')
  await settled(peer, inDialog, 2)
  edge.clock.advance(2_999)
  await settled(peer, inDialog, 3)
  edge.clock.advance(1)
  peer.write(answerText(await peer.request('INVITE'), 'v=0 theirs'))
  assert.equal(text(await answered), 'v=0 theirs')
})

test('reoffer() gives up on a peer that meets every offer with 491', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  const refused = assert.rejects(call.incoming.signalling.reoffer(versions(7)), { status: 491 })
  for (let attempt = 0; attempt < 7; attempt += 1) {
    peer.write(responseText(await peer.request('INVITE'), 491))
    await peer.request('ACK')
    await settled(peer, inDialog, 2 + attempt)
    edge.clock.advance(4_000)
  }
  await refused
  assert.deepEqual(call.ended, [])
})

test('interop 24: an offer of the peer meets 491 while ours is under way, and is welcome while ours waits', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  const answered = call.incoming.signalling.reoffer(versions(7))
  const first = await peer.request('INVITE')
  peer.write(requestText('INVITE', { ...inDialog, cseq: 2, body: 'v=0 glare' }))
  await peer.response(491)
  peer.write(requestText('ACK', { ...inDialog, cseq: 2 }))
  peer.write(responseText(first, 491))
  await peer.request('ACK')
  edge.reoffer = () => ({ sdp: versions(8) })
  peer.write(requestText('INVITE', { ...inDialog, cseq: 3, body: 'v=0 hold' }))
  await peer.response(200)
  peer.write(requestText('ACK', { ...inDialog, cseq: 3 }))
  await settled(peer, inDialog, 4)
  edge.clock.advance(2_000)
  const second = await peer.request('INVITE')
  assert.match(text(second.body), /^o=- 1 9 /m) // above the answer that came between (interop 21)
  peer.write(answerText(second, 'v=0 theirs'))
  await answered
  assert.deepEqual(call.offers, ['v=0 hold'])
})

test('reoffer() rejects what the peer refuses, and the session stays as it was', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  const refused = assert.rejects(call.incoming.signalling.reoffer(versions(7)), {
    code: 'EDGE_REFUSED',
    status: 488,
  })
  const invite = await peer.request('INVITE')
  peer.write(responseText(invite, 488))
  await refused
  await peer.request('ACK')
  await settled(peer, inDialog, 2)
  assert.deepEqual(call.ended, [])
})

for (const status of [481, 408])
  test(`reoffer() ends a call that the peer does not know any more: ${status}`, async () => {
    const { edge, peer, call } = await callUp()
    await using _ = edge
    const refused = assert.rejects(call.incoming.signalling.reoffer(versions(7)))
    peer.write(responseText(await peer.request('INVITE'), status))
    await refused
    assert.equal(await call.whenEnded, 'connection-lost')
  })

test('reoffer() rejects when the leg ends under it; a late 200 is acknowledged all the same', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  const refused = assert.rejects(call.incoming.signalling.reoffer(versions(7)), { code: 'EDGE_LEG_OVER' })
  const invite = await peer.request('INVITE')
  peer.write(requestText('BYE', { ...inDialog, cseq: 2 }))
  await peer.response(200)
  await refused
  peer.write(answerText(invite, 'v=0 late'))
  assert.equal(seqOf(await peer.request('ACK')), seqOf(invite))
  await assert.rejects(call.incoming.signalling.reoffer(versions(8)), { code: 'EDGE_LEG_OVER' })
})

test('reoffer() waits until the peer has acknowledged our 200 (RFC 3261 §14.1)', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  peer.write(requestText('INVITE', { ...inDialog, cseq: 2, body: 'v=0 theirs' }))
  await peer.response(200)
  const answered = call.incoming.signalling.reoffer(versions(7))
  await settled(peer, inDialog, 3)
  peer.write(requestText('ACK', { ...inDialog, cseq: 2 }))
  const invite = await peer.request('INVITE')
  peer.write(answerText(invite, 'v=0 theirs'))
  await answered
})

test('interop 22, 23: a refresh, an offer and BYE never share a CSeq, and go out one after the other', async () => {
  const { edge, peer, call } = await callUp({
    headers: ['Session-Expires: 100;refresher=uas', 'Supported: timer'],
  })
  await using _ = edge
  const offered = call.incoming.signalling.reoffer(versions(7))
  const first = await peer.request('INVITE')
  assert.equal(header(first, 'Session-Expires'), '100;refresher=uac') // RFC 4028 §7.4: or the timer would end
  edge.clock.advance(50_000) // the layer gives the INVITE up: no response
  await assert.rejects(offered)
  const bye = await peer.request('BYE')
  assert.equal(seqOf(bye), seqOf(first) + 1)
  peer.write(responseText(bye, 200))
  await edge.counted('legs_retired')
})

for (const renews of [true, false])
  test(`a refresh waits for the offer that is under way${renews ? ', which may do its work' : ''}`, async () => {
    const { edge, peer, call } = await callUp({
      headers: ['Session-Expires: 100;refresher=uas', 'Supported: timer', 'Allow: INVITE, UPDATE'],
    })
    await using _ = edge
    edge.clock.advance(49_900)
    const offered = call.incoming.signalling.reoffer(versions(7))
    const invite = await peer.request('INVITE')
    edge.clock.advance(200)
    if (renews) peer.write(answerText(invite, 'v=0 theirs', ['Session-Expires: 100;refresher=uac']))
    else peer.write(responseText(invite, 488))
    await offered.catch(() => {})
    await peer.request('ACK')
    if (!renews) {
      const update = await peer.request('UPDATE')
      assert.equal(seqOf(update), seqOf(invite) + 1)
      peer.write(responseText(update, 200, ['Session-Expires: 100;refresher=uac']))
    }
    const hungUp = call.incoming.signalling.hangup()
    const bye = await peer.request('BYE')
    assert.equal(seqOf(bye), seqOf(invite) + (renews ? 1 : 2))
    peer.write(responseText(bye, 200))
    await hungUp
  })
