import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { answeredCall, offer, startTestEdge } from './test-edge.ts'
import { requestText } from './test-peer.ts'

const trunkElsewhere = '[{id: away, app: app, allowedAddresses: ["192.0.2.1"]}]'

test('a source that is no trunk gets no answer at all, and is shown the door', async () => {
  await using edge = await startTestEdge({ trunks: trunkElsewhere })
  const peer = await edge.connect()
  for (const method of ['OPTIONS', 'REGISTER', 'INVITE', 'BYE'])
    peer.write(`\r\n\r\n${requestText(method, { callId: method })}`)
  await peer.closed
  assert.equal(peer.received(), '')
  assert.equal(edge.calls.length, 0)
  assert.equal(edge.counts.get('connections_dropped stranger'), 1)
})

test('a source that is no trunk may not stay', async () => {
  await using edge = await startTestEdge({ trunks: trunkElsewhere })
  const peer = await edge.connect()
  await edge.counted('connections')
  edge.clock.advance(5_000)
  await peer.closed
  assert.equal(edge.counts.get('connections_dropped idle'), 1)
})

test('a source that comes again and again is banned', async () => {
  await using edge = await startTestEdge({ trunks: trunkElsewhere })
  for (let attempt = 0; attempt < 10; attempt++) {
    const peer = await edge.connect()
    peer.write('garbage\r\n\r\n')
    await peer.closed
  }
  await assert.rejects(edge.connect())
  assert.equal(edge.counts.get('connections_refused banned'), 1)
})

test('garbage from a trunk ends its connection and nothing else', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const { call } = await answeredCall(edge, peer)
  const other = await edge.connect()
  other.write(new Uint8Array(2_000).fill(0xa5))
  other.write('\r\n\r\n')
  await other.closed
  assert.equal(other.received(), '')
  assert.deepEqual(call.ended, [])
  assert.equal(edge.counts.get('invalid_messages'), 1)
})

test('the edge survives any bytes', async () => {
  await using edge = await startTestEdge()
  const invite = new TextEncoder().encode(requestText('INVITE', { body: offer }))
  const mutated = fc
    .tuple(fc.nat(invite.length - 1), fc.uint8Array({ minLength: 1, maxLength: 20 }))
    .map(([at, bytes]) => {
      const copy = invite.slice()
      copy.set(bytes.subarray(0, copy.length - at), at)
      return copy
    })
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), async (bytes) => {
      const peer = await edge.connect()
      peer.write(bytes)
      peer.socket.end()
      await peer.closed
    }),
    { numRuns: 60 },
  )
  const peer = await edge.connect()
  peer.write(requestText('OPTIONS', { callId: 'alive' }))
  await peer.response(200)
})

test('headers that are too large end the connection', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { headers: [`X: ${'a'.repeat(40_000)}`] }))
  await peer.closed
  assert.equal(edge.calls.length, 0)
  assert.equal(edge.counts.get('invalid_messages'), 1)
})

test('a body that is too large is refused', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: 'a'.repeat(70_000) }))
  await peer.response(413)
  peer.write(requestText('OPTIONS', { callId: 'next' }))
  await peer.response(200)
})

test('a Content-Length that cannot be is answered and ends the connection', async () => {
  await using edge = await startTestEdge()
  for (const length of ['-1', '99999999999999999999', 'many', '1\r\nContent-Length: 2']) {
    const peer = await edge.connect()
    peer.write(requestText('INVITE').replace('Content-Length: 0', `Content-Length: ${length}`))
    await peer.closed
    assert.match(peer.received(), /^(SIP\/2\.0 4(00|13) [^]*)?$/)
  }
  assert.equal(edge.calls.length, 0)
})

test('a Content-Length that says too little makes no second message of the rest', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer }).replace(/Content-Length: \d+/, 'Content-Length: 3'))
  await peer.response(100)
  edge.clock.advance(5_000)
  await peer.closed
  assert.equal(edge.counts.get('connections_dropped slow'), 1)
  assert.deepEqual(edge.calls[0]?.ended, ['connection-lost'])
})

test('plaintext SIP and HTTP on the TLS port are counted and closed', async () => {
  await using edge = await startTestEdge({ trunks: trunkElsewhere })
  const first = ['OPTIONS sip:gw.example SIP/2.0\r\n\r\n', 'GET / HTTP/1.1\r\nHost: gw.example\r\n\r\n']
  for (const [index, text] of first.entries()) {
    const socket = connectTcp(edge.port, '127.0.0.1')
    let heard = ''
    socket.on('data', (chunk) => (heard += chunk.toString('latin1'))).on('error', () => {})
    socket.write(text)
    await once(socket, 'close')
    assert.doesNotMatch(heard, /SIP|HTTP/)
    assert.equal(edge.counts.get('handshake_failures plaintext'), index + 1)
  }
})

test('a message that trickles in is not waited for (slow loris)', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write('INVITE sip:a@gw.example SIP/2.0\r\n')
  const second = await edge.connect()
  second.write(`${requestText('OPTIONS', { callId: 'x' })}INVITE`)
  await second.response(200)
  edge.clock.advance(5_000)
  await Promise.all([peer.closed, second.closed])
  assert.equal(edge.counts.get('connections_dropped slow'), 2)
})

test('a connection whose handshake never comes is closed', async () => {
  await using edge = await startTestEdge({ limits: { handshakeTimeoutMs: 100 } })
  const socket = connectTcp(edge.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.resume()
  await once(socket, 'close')
  assert.equal(edge.counts.get('handshake_failures timeout'), 1)
})

test('an idle connection is closed, unless a call needs it', async () => {
  await using edge = await startTestEdge({ limits: { idleTimeoutMs: 10_000 } })
  const idle = await edge.connect()
  const busy = await edge.connect()
  const { inDialog } = await answeredCall(edge, busy)
  edge.clock.advance(60_000)
  await idle.closed
  busy.write(requestText('BYE', { ...inDialog, cseq: 2 }))
  await busy.response(200)
  edge.clock.advance(20_000)
  await busy.closed
  assert.equal(edge.counts.get('connections_dropped idle'), 2)
})

test('a source has no more connections than it may', async () => {
  await using edge = await startTestEdge({ limits: { connectionsPerSource: 2 } })
  const first = await edge.connect()
  await edge.connect()
  await assert.rejects(edge.connect())
  assert.equal(edge.counts.get('connections_refused source'), 1)
  const elsewhere = await edge.connect({ from: '127.0.0.2' })
  assert.equal(elsewhere.socket.destroyed, false)
  first.socket.destroy()
  await first.closed
  await edge.counted('connections', 3)
  let again = await edge.connect().catch(() => undefined)
  while (again === undefined) again = await edge.connect().catch(() => undefined)
})

test('strangers cannot take all connections from the trunks', async () => {
  await using edge = await startTestEdge({
    trunks: '[{id: t, app: app, allowedAddresses: ["127.0.0.9"]}]',
    limits: { connections: 4 },
  })
  for (let stranger = 0; stranger < 3; stranger++) await edge.connect()
  await assert.rejects(edge.connect())
  const trunk = await edge.connect({ from: '127.0.0.9' })
  trunk.write(requestText('OPTIONS'))
  await trunk.response(200)
})

test('a peer that reads nothing loses its connection, not our memory', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.socket.pause()
  // Every response repeats these, so that the sockets' own buffers are soon full.
  const headers = Array.from(
    { length: 3 },
    () => `Via: SIP/2.0/TLS h.example;branch=z9hG4bK${'a'.repeat(8_000)}`,
  )
  let asked = 0
  const flood = () => {
    if (peer.socket.destroyed) return
    asked += 1
    peer.socket.write(requestText('OPTIONS', { callId: `c${asked}`, headers }), flood)
  }
  flood()
  await edge.counted('connections_dropped unread')
  peer.socket.destroy()
})

test('the double CRLF is answered with a single one (RFC 5626 §3.5.1, interop 32)', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write('\r\n\r\n')
  peer.write(requestText('OPTIONS'))
  await peer.response(200)
  assert.match(peer.received(), /^\r\nSIP\/2\.0 200/)
})
