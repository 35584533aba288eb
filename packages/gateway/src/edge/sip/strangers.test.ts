import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTcp } from 'node:net'
import { hostname } from 'node:os'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { answeredCall, offer, startTestEdge, type TestEdge } from './test-edge.ts'
import { requestText, type RequestFields } from './test-peer.ts'

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

test('interop 34: headers that are too large end the connection', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { headers: [`X: ${'a'.repeat(40_000)}`] }))
  await peer.closed
  assert.equal(edge.calls.length, 0)
  assert.equal(edge.counts.get('invalid_messages'), 1)
})

test('interop 34: a body that is too large is refused', async () => {
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

test('interop 34: a Content-Length that says too little makes no second message of the rest', async () => {
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

test('interop 34: a message that trickles in is not waited for (slow loris)', async () => {
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

test('interop 34: a peer that reads nothing loses its connection, not our memory', async () => {
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

test('interop 32: the double CRLF is answered with a single one (RFC 5626 §3.5.1)', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write('\r\n\r\n')
  peer.write(requestText('OPTIONS'))
  await peer.response(200)
  assert.match(peer.received(), /^\r\nSIP\/2\.0 200/)
})

const digestTrunk = '[{id: phones, app: app, digest: {username: alice, password: "env:P"}}]'
const scanner = ['User-Agent: friendly-scanner']

test('a scanner that gives itself away is banned at its first word, unanswered', async () => {
  for (const trunks of [trunkElsewhere, digestTrunk]) {
    await using edge = await startTestEdge({ trunks })
    const other = await edge.connect()
    const peer = await edge.connect()
    peer.write(requestText('OPTIONS', { headers: scanner }))
    await Promise.all([peer.closed, other.closed]) // whatever else its source has open
    assert.equal(peer.received(), '')
    assert.equal(edge.counts.get('scanners sipvicious'), 1)
    assert.equal(edge.counts.get('sources_banned'), 1)
    await assert.rejects(edge.connect())
    const neighbour = await edge.connect({ from: '127.0.0.2' })
    assert.equal(neighbour.socket.destroyed, false)
  }
})

test('a trunk’s address may call itself what it likes', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  peer.write(requestText('OPTIONS', { headers: scanner }))
  await peer.response(200)
  assert.equal(edge.counts.get('scanners sipvicious'), undefined)
})

test('who comes back after a ban is banned for twice as long', async () => {
  await using edge = await startTestEdge({ trunks: trunkElsewhere })
  for (const minutes of [10, 20, 40]) {
    const peer = await edge.connect()
    peer.write(requestText('OPTIONS', { headers: scanner }))
    await peer.closed
    edge.clock.advance(minutes * 60_000 - 1)
    await assert.rejects(edge.connect())
    edge.clock.advance(1)
  }
  assert.equal(edge.counts.get('sources_banned'), 3)
})

test('a source may not shake hands again and again, unless it is a trunk’s', async () => {
  const limits = { connectionsPerSource: 3 }
  await using edge = await startTestEdge({ trunks: trunkElsewhere, limits })
  const visits = async (visited: TestEdge, count: number) => {
    for (let visit = 1; visit <= count; visit++) {
      const peer = await visited.connect()
      await visited.counted('connections', visit)
      peer.socket.destroy()
      await visited.counted('connections_closed', visit)
    }
  }
  await visits(edge, 3)
  await assert.rejects(edge.connect())
  assert.equal(edge.counts.get('connections_refused source-rate'), 1)
  edge.clock.advance(100)
  await edge.connect()

  await using open = await startTestEdge({ limits })
  await visits(open, 5)
})

test('a flood of pings is answered once a read, and read no faster than its sender may send', async () => {
  await using edge = await startTestEdge({ trunks: digestTrunk })
  const peer = await edge.connect()
  peer.write('\r\n\r\n'.repeat(100_000)) // 400 kB, where 256 kB may come at once
  peer.write(requestText('OPTIONS'))
  const other = await edge.connect()
  for (let asked = 0; asked < 5; asked++) {
    other.write(requestText('OPTIONS', { callId: `other-${asked}` }))
    await other.response(401)
  }
  assert.deepEqual(peer.messages, [])
  for (let seconds = 0; seconds < 60 && peer.messages.length === 0; seconds++) {
    edge.clock.advance(1_000)
    other.write(requestText('OPTIONS', { callId: `later-${seconds}` }))
    await other.response(401)
  }
  await peer.response(401)
  assert.ok(peer.received().length < 10_000, `${peer.received().length} bytes for 400 000`)
})

test('no answer tells a trunk, let alone a stranger, what is behind the edge', async () => {
  const advertisedHost = 'edge.example'
  const trunks = '[{id: here, app: app, allowedAddresses: ["127.0.0.2"]}]'
  await using edge = await startTestEdge({ advertisedHost, trunks })
  const peer = await edge.connect({ from: '127.0.0.2' })
  const ask = (method: string, fields: RequestFields) => {
    peer.write(requestText(method, fields))
    return peer.next()
  }
  const to = '<sip:bob@gw.example>;tag=nobody'
  const answers = [
    await ask('OPTIONS', { callId: 'options' }),
    await ask('BREW', { callId: 'method' }),
    await ask('BYE', { callId: 'dialog', to }),
    await ask('REGISTER', { callId: 'register' }),
    await ask('INVITE', { callId: 'require', headers: ['Require: teleport'] }),
    await ask('INVITE', { callId: 'type', headers: ['Content-Type: text/plain'], body: 'hello' }),
    await ask('INVITE', { callId: 'timer', headers: ['Supported: timer', 'Session-Expires: 1'] }),
    await ask('INVITE', { callId: 'big', body: 'a'.repeat(70_000) }),
    await ask('INVITE', { callId: 'refused', body: offer }),
  ]
  ;(await edge.nextCall()).incoming.signalling.reject(488)
  answers.push(await peer.next())
  peer.write(requestText('ACK', { callId: 'refused' }))
  const { ok } = await answeredCall(edge, peer, { callId: 'answered' })
  edge.accepting = false
  answers.push(ok, await ask('INVITE', { callId: 'draining', body: offer }))
  const statuses = answers.map((message) => (message.kind === 'response' ? message.status : 0))
  assert.ok(new Set(statuses).size >= 7, statuses.join())
  const own = peer.received().replaceAll(/^(?:Via|From|To|Call-ID|c=|o=).*$/gm, '')
  const words = own.toLowerCase().split(/[^a-z0-9.-]+/)
  for (const inner of ['127.0.0.1', hostname(), process.version, 'node', 'linux', 'openssl', 'error'])
    assert.ok(!words.includes(inner.toLowerCase()), inner)
  assert.match(own, /edge\.example/)
  assert.deepEqual(new Set(own.match(/^(?:Server|User-Agent): .*$/gm)), new Set(['Server: Voxkeep']))
})
