import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TrunkId } from '#kernel'
import { startOutboundBench, type OutboundBench } from './test-callee.ts'
import { requestText, responseText, type TestPeer } from './test-peer.ts'

const carrier = 'carrier' as TrunkId
const probed = { health: { intervalMs: 30_000, failures: 2, successes: 1 } }

/** The first OPTIONS of the edge, on the connection that it opened for it. */
async function firstProbe(bench: OutboundBench) {
  bench.edge.clock.advance(1_000)
  const peer = await bench.nextPeer()
  return { peer, options: await peer.request('OPTIONS') }
}

/** Lets the next probe meet an answer. */
async function answered(bench: OutboundBench, peer: TestPeer, status: number, extra: string[] = []) {
  bench.edge.clock.advance(33_000)
  peer.write(responseText(await peer.request('OPTIONS'), status, extra))
}

test('interop 27: the edge asks a trunk with OPTIONS that any carrier takes, and knows it is up', async () => {
  const changes: string[] = []
  await using bench = await startOutboundBench({
    outbound: { ...probed, domain: 'sip.carrier.example' },
    advertisedHost: 'gw.example',
    onTrunkHealth: (trunk, state) => void changes.push(`${trunk} ${state}`),
  })
  const { edge } = bench
  assert.equal(edge.sip.health(carrier), 'unknown')
  const { peer, options } = await firstProbe(bench)
  assert.match(options.uri, /^sip:sip\.carrier\.example:\d+;transport=tls$/)
  // Microsoft Teams takes a Contact with its name only: no user part, no address, no SIPS.
  assert.equal(options.headers.get('Contact'), `<sip:gw.example:${edge.port};transport=tls>`)
  assert.match(options.headers.get('From') ?? '', /^<sip:gw\.example:\d+>;tag=\w+$/)
  peer.write(responseText(options, 200))
  await edge.counted('trunk_probes carrier alive')
  assert.equal(edge.sip.health(carrier), 'up')
  assert.deepEqual(changes, ['carrier up'])
})

test('interop 27: a trunk that answers 404 lives, one that answers 503 or hangs up does not', async () => {
  await using bench = await startOutboundBench({ outbound: probed })
  const { edge } = bench
  const { peer, options } = await firstProbe(bench)
  peer.write(responseText(options, 404))
  await edge.counted('trunk_probes carrier alive')
  assert.equal(edge.sip.health(carrier), 'up')
  await answered(bench, peer, 503)
  await edge.counted('trunk_probes carrier 503')
  edge.clock.advance(33_000)
  await peer.request('OPTIONS')
  peer.socket.destroy()
  await edge.counted('trunk_probes carrier refused')
  assert.equal(edge.sip.health(carrier), 'down')
  assert.match(edge.logged(), /trunk is down/)
})

test('interop 27: a 503 with Retry-After keeps calls away for that long', async () => {
  await using bench = await startOutboundBench({ outbound: probed })
  const { edge } = bench
  const { peer, options } = await firstProbe(bench)
  peer.write(responseText(options, 503, ['Retry-After: 120']))
  await edge.counted('trunk_probes carrier 503')
  assert.equal(edge.sip.health(carrier), 'down')
  const refused = await bench.place().whenFailed
  assert.deepEqual([refused.why, refused.elsewhere], ['unreachable', true])
  edge.clock.advance(119_000)
  assert.equal(edge.sip.health(carrier), 'down')
})

test('interop 32: a connection over which nothing answers is given up, and the next probe dials anew', async () => {
  await using bench = await startOutboundBench({ outbound: probed })
  const { edge } = bench
  const { peer } = await firstProbe(bench)
  edge.clock.advance(32_000) // Timer F
  await edge.counted('connections_dropped unanswered')
  await peer.closed
  edge.clock.advance(33_000)
  const again = await bench.nextPeer()
  await again.request('OPTIONS')
})

test('interop 27: whom we dialled may ask us with OPTIONS, and may not call us for that', async () => {
  await using bench = await startOutboundBench({ outbound: probed })
  const { peer, options } = await firstProbe(bench)
  peer.write(responseText(options, 200))
  peer.write(requestText('OPTIONS', { callId: 'theirs' }))
  const ok = await peer.response(200)
  assert.match(ok.headers.get('Contact') ?? '', /^<sip:127\.0\.0\.1:\d+;transport=tls>$/)
  peer.write(requestText('INVITE', { callId: 'theirs-too', body: 'v=0' }))
  await peer.response(403)
  assert.equal(bench.edge.calls.length, 0)
})

test('interop 33: a probe finds out about a certificate that is another’s', async () => {
  await using bench = await startOutboundBench({ outbound: probed, names: ['other.example'] })
  bench.edge.clock.advance(1_000)
  await bench.edge.counted('trunk_probes carrier tls-name')
  assert.match(bench.edge.logged(), /a peer could not be dialled/)
})
