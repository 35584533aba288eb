import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { answeredOutgoing, startOutboundBench, type OutboundBench } from './test-callee.ts'
import { responseText, type TestPeer } from './test-peer.ts'

const named = {
  names: ['carrier.example', 'edge-7.carrier.example'],
  outbound: { serverName: 'carrier.example' },
}

const sniOf = ({ socket }: TestPeer) => (socket as TLSSocket & { servername?: string | false }).servername

async function lost(bench: OutboundBench, peer: TestPeer) {
  const before = bench.edge.counts.get('connections_closed') ?? 0
  peer.socket.end() // as a carrier does that finds a connection idle
  await bench.edge.counted('connections_closed', before + 1)
}

async function hungUp(bench: OutboundBench, call: { hangup(): Promise<void> }) {
  const done = call.hangup()
  const again = await bench.nextPeer()
  const bye = await again.request('BYE')
  again.write(responseText(bye, 200))
  await done
  return { again, bye }
}

test('interop 31, 32, 33: a BYE after an idle close goes to the top Route hop, an address, with the INVITE’s name', async () => {
  await using bench = await startOutboundBench(named)
  const route = `<sip:127.0.0.1:${bench.port};transport=tls;lr>`
  const headers = [`Record-Route: ${route}`, 'Record-Route: <sip:10.0.0.1;lr>']
  const { call, peer, ack } = await answeredOutgoing(bench, {}, { headers: headers.toReversed() })
  assert.equal(ack.headers.getAll('Route')[0], route)
  await lost(bench, peer)
  const { again, bye } = await hungUp(bench, call)
  assert.deepEqual([sniOf(peer), sniOf(again)], ['carrier.example', 'carrier.example'])
  assert.equal(bye.headers.getAll('Route')[0], route)
  assert.deepEqual(call.ended, ['gateway-hung-up'])
})

test('interop 31: a BYE after an idle close goes to the Contact where there is no route, with the INVITE’s name', async () => {
  await using bench = await startOutboundBench(named)
  const contact = `<sip:callee@127.0.0.1:${bench.port};transport=tls>`
  const { call, peer } = await answeredOutgoing(bench, {}, { contact })
  await lost(bench, peer)
  const { again } = await hungUp(bench, call)
  assert.equal(sniOf(again), 'carrier.example')
})

test('interop 33: what a route names must prove to be the trunk’s peer, wherever it is', async () => {
  await using bench = await startOutboundBench(named)
  await using other = await startOutboundBench({ names: ['127.0.0.1', 'other.example'] })
  const contact = `<sip:callee@127.0.0.1:${other.port};transport=tls>`
  const { call, peer } = await answeredOutgoing(bench, {}, { contact })
  // 127.0.0.1 is where the call went, so a certificate for that address would do; one of another authority or name would not.
  await lost(bench, peer)
  const done = call.hangup()
  const elsewhere = await other.nextPeer()
  const bye = await elsewhere.request('BYE')
  elsewhere.write(responseText(bye, 200))
  await done
  await using third = await startOutboundBench({ names: ['third.example'] })
  const next = await answeredOutgoing(bench, {}, { contact: `<sip:c@127.0.0.1:${third.port};transport=tls>` })
  await lost(bench, next.peer)
  await next.call.hangup()
  assert.deepEqual(next.call.ended, ['connection-lost'])
})

test('interop 31: a call that was placed finds another connection of its trunk before it dials', async () => {
  await using bench = await startOutboundBench(named)
  const contact = `<sip:callee@127.0.0.1:${bench.port};transport=tls>`
  const first = await answeredOutgoing(bench, {}, { contact })
  await lost(bench, first.peer)
  const second = await answeredOutgoing(bench, {}, { contact, tag: 'second' })
  const done = first.call.hangup()
  second.peer.write(responseText(await second.peer.request('BYE'), 200))
  await done
  assert.equal(bench.edge.counts.get('dials ok'), 2)
})
