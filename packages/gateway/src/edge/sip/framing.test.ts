import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answeredCall, offer, startTestEdge } from './test-edge.ts'
import { requestText } from './test-peer.ts'

const padding = Array.from(
  { length: 400 },
  (_, i) => `a=candidate:${i} 1 UDP 2130706431 192.0.2.1 9 typ host`,
)
const bigOffer = `${offer}${padding.join('\r\n')}\r\n`

test('interop 34: an INVITE of many packets is one message, in whatever pieces it comes', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const text = requestText('INVITE', { body: bigOffer })
  assert.ok(text.length > 20_000)
  for (let at = 0; at < text.length; at += 977) peer.write(text.slice(at, at + 977))
  await peer.response(100)
  const call = await edge.nextCall()
  assert.equal(new TextDecoder().decode(call.incoming.offer), bigOffer)
})

test('interop 34: messages that come together are told apart by Content-Length', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const asked = ['a', 'b', 'c'].map((callId) => requestText('OPTIONS', { callId, body: 'x\r\n\r\nINVITE' }))
  peer.write(asked.join(''))
  for (const callId of ['a', 'b', 'c']) {
    const ok = await peer.response(200)
    assert.equal(ok.headers.get('Call-ID'), callId)
  }
})

test('interop 34: a message that takes too long is not waited for, however steadily it comes', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const { call } = await answeredCall(edge, peer)
  const slow = await edge.connect()
  const text = requestText('OPTIONS', { callId: 'slow' })
  slow.write(text.slice(0, 40))
  await edge.counted('connections', 2)
  for (let second = 0; second < 6; second++) {
    slow.write(text.slice(40 + second, 41 + second))
    await new Promise((resolve) => setImmediate(resolve))
    edge.clock.advance(1_000)
  }
  await slow.closed
  assert.equal(edge.counts.get('connections_dropped slow'), 1)
  assert.deepEqual(call.ended, [])
})
