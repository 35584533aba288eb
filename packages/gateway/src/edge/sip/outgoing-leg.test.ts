import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answeredOutgoing,
  calleeRequest,
  ourOffer,
  replyText,
  startOutboundBench,
  type Reply,
} from './test-callee.ts'
import { answeredCall, offer } from './test-edge.ts'
import { requestText } from './test-peer.ts'

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

test('place() sends an INVITE that tells what is needed and nothing of the inside', async () => {
  await using bench = await startOutboundBench()
  const headers = [['X-Account', '12'] as const]
  const { invite } = await bench.invited({ displayName: 'Erika', headers })
  const value = (name: string) => invite.headers.get(name) ?? ''
  assert.equal(invite.uri, `sip:+12025550100@127.0.0.1:${bench.port};user=phone;transport=tls`)
  assert.match(value('From'), /^"Erika" <sip:\+12025550199@127\.0\.0\.1>;tag=[0-9a-f]{24}$/)
  assert.equal(value('To'), `<sip:+12025550100@127.0.0.1:${bench.port};user=phone>`)
  assert.match(value('Call-ID'), /^[0-9a-f]{32}$/)
  assert.match(value('Contact'), /^<sip:127\.0\.0\.1:\d+;transport=tls>$/)
  assert.equal(value('User-Agent'), 'Voxkeep')
  assert.equal(value('Max-Forwards'), '70')
  assert.equal(value('Supported'), 'timer, 100rel')
  assert.equal(value('Session-Expires'), '1800')
  assert.equal(value('Min-SE'), '90')
  assert.match(value('Allow'), /\bPRACK\b/)
  assert.equal(value('X-Account'), '12')
  assert.equal(text(invite.body), ourOffer)
  assert.ok(!invite.headers.has('Require'))
})

test('interop 23: place() uses a fresh Call-ID and tag for each attempt', async () => {
  await using bench = await startOutboundBench()
  const { peer, invite } = await bench.invited()
  bench.place()
  const second = await peer.request('INVITE')
  for (const name of ['Call-ID', 'From'])
    assert.notEqual(second.headers.get(name), invite.headers.get(name), name)
})

test('place() reports ringing, early media, the answer and the end', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  for (const [status, sdp] of [[100], [180], [183, 'v=0 early'], [183, 'v=0 early']] as const)
    peer.write(replyText(invite, status, sdp === undefined ? {} : { sdp }))
  peer.write(replyText(invite, 200, { sdp: 'v=0 answer' }))
  assert.equal(await call.whenAnswered, 'v=0 answer')
  assert.deepEqual(call.ringing, [180, 183, 183])
  assert.deepEqual(call.early, ['v=0 early'])
  const [security] = call.security
  assert.equal(security?.tlsVersion, 'TLSv1.3')
  assert.equal(security.group, 'X25519MLKEM768')
  assert.equal(security.sourceAddress, '127.0.0.1')
  assert.deepEqual(security.authenticatedBy, ['certificate'])
  await peer.request('ACK')
  peer.write(calleeRequest(invite, 'BYE'))
  await peer.response(200)
  assert.equal(await call.whenEnded, 'caller-hung-up')
  assert.deepEqual([call.ended, call.failures], [['caller-hung-up'], []])
  await bench.edge.counted('calls_placed_done')
})

test('place() takes the answer of an early response where the 200 has none', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  peer.write(replyText(invite, 183, { sdp: 'v=0 early' }))
  peer.write(replyText(invite, 200))
  assert.equal(await call.whenAnswered, 'v=0 early')
})

test('place() hangs up when the answer cannot be used', async () => {
  await using bench = await startOutboundBench()
  const { call, peer } = await answeredOutgoing(bench, { accepts: false })
  const bye = await peer.request('BYE')
  assert.equal(bye.headers.get('Reason'), 'Q.850;cause=88;text="Incompatible destination"')
  peer.write(replyText(bye, 200))
  assert.equal(await call.whenEnded, 'gateway-hung-up')
})

test('interop 25: place() acknowledges an answer again as often as it is repeated', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite, ack } = await answeredOutgoing(bench)
  peer.write(replyText(invite, 200, { sdp: 'v=0 answer' }))
  const again = await peer.request('ACK')
  assert.equal(again.headers.get('CSeq'), ack.headers.get('CSeq'))
  assert.deepEqual(call.answers, ['v=0 answer'])
})

const proxies = ['Record-Route: <sip:10.0.0.2:5061;lr;transport=tls>', 'Record-Route: <sip:inner.example;lr>']
test('interop 23: place() sends ACK and BYE along a double Record-Route, turned round', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, ack } = await answeredOutgoing(bench, {}, { headers: proxies })
  const route = ['<sip:inner.example;lr>', '<sip:10.0.0.2:5061;lr;transport=tls>']
  assert.deepEqual(ack.headers.getAll('Route'), route)
  assert.equal(ack.uri, 'sip:callee@127.0.0.1:5999;transport=tls')
  void call.hangup({ cause: 31, text: 'Normal, unspecified' })
  const bye = await peer.request('BYE')
  assert.deepEqual(bye.headers.getAll('Route'), route)
  assert.equal(bye.headers.get('CSeq'), '2 BYE')
  assert.equal(bye.headers.get('Reason'), 'Q.850;cause=31;text="Normal, unspecified"')
})

test('interop 23: place() gives a strict router its own name in the request URI', async () => {
  await using bench = await startOutboundBench()
  const { ack } = await answeredOutgoing(bench, {}, { headers: ['Record-Route: <sip:strict.example>'] })
  assert.equal(ack.uri, 'sip:strict.example')
  assert.deepEqual(ack.headers.getAll('Route'), ['<sip:callee@127.0.0.1:5999;transport=tls>'])
})

const failures: readonly (readonly [status: number, reply: Reply, expected: object])[] = [
  [
    486,
    { headers: ['Reason: Q.850;cause=17;text="User busy"'] },
    { why: 'busy', status: 486, cause: 'Q.850 17', elsewhere: false },
  ],
  [480, {}, { why: 'no-answer', status: 480, elsewhere: false }],
  [404, {}, { why: 'not-found', status: 404, elsewhere: false }],
  [603, {}, { why: 'rejected', status: 603, elsewhere: false }],
  [500, {}, { why: 'rejected', status: 500, elsewhere: true }],
  [
    302,
    { headers: ['Contact: <sip:+9001234567@elsewhere.example>'] },
    { why: 'redirected', status: 302, elsewhere: false },
  ],
]
for (const [status, reply, expected] of failures) {
  test(`place() tells what ${status} means, and acknowledges it`, async () => {
    await using bench = await startOutboundBench()
    const { call, peer, invite } = await bench.invited()
    peer.write(replyText(invite, status, reply))
    assert.deepEqual(await call.whenFailed, expected)
    const ack = await peer.request('ACK')
    assert.equal(ack.headers.get('Via'), invite.headers.get('Via'))
    await bench.edge.counted('calls_placed_done')
    assert.deepEqual([call.failures.length, call.ended], [1, []])
  })
}

test('place() leaves a peer alone that said 503 for as long as it asked', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  peer.write(replyText(invite, 503, { headers: ['Retry-After: 30'] }))
  assert.deepEqual(await call.whenFailed, { why: 'overloaded', status: 503, elsewhere: true })
  assert.deepEqual(await bench.place().whenFailed, { why: 'unreachable', elsewhere: true })
  await peer.request('ACK')
  bench.edge.clock.advance(30_001)
  bench.place()
  await peer.request('INVITE')
})

test('interop 25: hangup() cancels a call only once the peer has said something', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  const over = call.hangup({ cause: 31, text: 'Normal, unspecified' })
  assert.deepEqual(await call.whenFailed, { why: 'cancelled', elsewhere: false })
  assert.deepEqual(peer.messages.length, 1)
  peer.write(replyText(invite, 180))
  const cancel = await peer.request('CANCEL')
  assert.equal(cancel.headers.get('Via'), invite.headers.get('Via'))
  assert.equal(cancel.headers.get('CSeq'), '1 CANCEL')
  assert.equal(cancel.headers.get('Reason'), 'Q.850;cause=31;text="Normal, unspecified"')
  assert.deepEqual(call.ringing, [], 'nothing is told of a call that was given up')
  peer.write(replyText(cancel, 200))
  peer.write(replyText(invite, 487))
  await peer.request('ACK')
  await over
  assert.deepEqual([call.failures.length, call.ended], [1, []])
})

test('interop 25: hangup() ends an answer that crossed its CANCEL with ACK and BYE', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  peer.write(replyText(invite, 180))
  await bench.edge.counted('legs_opened')
  const over = call.hangup()
  const cancel = await peer.request('CANCEL')
  peer.write(replyText(invite, 200, { sdp: 'v=0 answer' }))
  peer.write(replyText(cancel, 200))
  await peer.request('ACK')
  const bye = await peer.request('BYE')
  peer.write(replyText(bye, 200))
  await over
  assert.deepEqual([call.answers, call.ended], [[], []])
  assert.deepEqual(call.failures, [{ why: 'cancelled', elsewhere: false }])
})

test('place() gives up when nobody answers in time', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited({ ringTimeoutMs: 20_000 })
  peer.write(replyText(invite, 180))
  await bench.edge.counted('legs_opened')
  bench.edge.clock.advance(20_001)
  assert.deepEqual(await call.whenFailed, { why: 'no-answer', elsewhere: false })
  const cancel = await peer.request('CANCEL')
  assert.match(cancel.headers.get('Reason') ?? '', /^Q\.850;cause=19;/)
})

test('place() tells a peer that says nothing from one that nobody answers at', async () => {
  await using bench = await startOutboundBench()
  const { call, peer } = await bench.invited({ ringTimeoutMs: 20_000 })
  bench.edge.clock.advance(20_001)
  assert.deepEqual(await call.whenFailed, { why: 'timeout', elsewhere: true })
  const patient = bench.place({ ringTimeoutMs: 120_000 })
  await peer.request('INVITE')
  bench.edge.clock.advance(32_001)
  assert.deepEqual(await patient.whenFailed, { why: 'timeout', elsewhere: true })
})

test('place() tries once more when the connection breaks before the peer said anything', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  peer.socket.destroy()
  const second = await bench.nextPeer()
  const again = await second.request('INVITE')
  assert.equal(again.headers.get('Call-ID'), invite.headers.get('Call-ID'))
  assert.equal(again.headers.get('CSeq'), '2 INVITE')
  second.write(replyText(again, 180))
  await bench.edge.counted('legs_opened')
  second.socket.destroy()
  assert.deepEqual(await call.whenFailed, { why: 'unreachable', elsewhere: false })
})

test('interop 33: place() reaches nobody whose certificate is another’s', async () => {
  await using bench = await startOutboundBench({ names: ['other.example'] })
  assert.deepEqual(await bench.place().whenFailed, { why: 'unreachable', elsewhere: true })
  await bench.edge.counted('dials tls-name')
})

test('a refusal to place a call is told after place() returned', async () => {
  await using bench = await startOutboundBench({ outbound: { maxCalls: 2, callsPerSecond: 2 } })
  const { edge } = bench
  assert.deepEqual(await bench.place({ trunk: 'nobody' }).whenFailed, { why: 'unreachable', elsewhere: true })
  assert.deepEqual(await bench.place({ to: 'a\nb' }).whenFailed, { why: 'not-found', elsewhere: false })
  for (const header of [
    ['Via', 'SIP/2.0/TLS evil.example'],
    ['X-Note', 'a\r\nRoute: <sip:evil.example>'],
    ['X Note', 'a'],
  ] as const)
    assert.deepEqual(await bench.place({ headers: [header] }).whenFailed, {
      why: 'rejected',
      elsewhere: false,
    })
  bench.place()
  bench.place()
  const crowded = { why: 'overloaded', elsewhere: true }
  assert.deepEqual(await bench.place().whenFailed, crowded)
  assert.equal(edge.counts.get('calls_not_placed trunk'), 1)
  edge.accepting = false
  assert.deepEqual(await bench.place().whenFailed, { why: 'overloaded', elsewhere: false })
})

test('place() keeps to the trunk’s calls a second', async () => {
  await using bench = await startOutboundBench({ outbound: { callsPerSecond: 1 } })
  bench.place()
  assert.deepEqual(await bench.place().whenFailed, { why: 'overloaded', elsewhere: true })
  bench.edge.clock.advance(1_000)
  const { invite } = await bench.invited()
  assert.equal(invite.method, 'INVITE')
})

test('place() writes the whole call into its leg’s ladder', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  peer.write(replyText(invite, 100))
  peer.write(replyText(invite, 180))
  peer.write(replyText(invite, 200, { sdp: 'v=0 answer' }))
  await peer.request('ACK')
  peer.write(calleeRequest(invite, 'BYE'))
  await peer.response(200)
  const ladder = bench.edge.ladders.get(call.leg) ?? []
  assert.deepEqual(
    ladder.map(({ direction, what }) => `${direction} ${what}`),
    ['sent INVITE', 'received 100', 'received 180', 'received 200', 'sent ACK', 'received BYE', 'sent 200'],
  )
})

test('listenSip() ends calls that it placed when it stops, whether they are answered or not', async () => {
  await using bench = await startOutboundBench()
  const { call, peer } = await answeredOutgoing(bench)
  const waiting = bench.place()
  const invite = await peer.request('INVITE')
  peer.write(replyText(invite, 180))
  await bench.edge.counted('legs_opened', 2)
  const closed = bench.close(true)
  const both = [await peer.next(), await peer.next()].map((message) =>
    message.kind === 'request' ? message.method : '',
  )
  assert.deepEqual(both.sort(), ['BYE', 'CANCEL'])
  bench.edge.clock.advance(2_001)
  await closed
  assert.deepEqual(call.ended, ['shutdown'])
  assert.deepEqual(waiting.failures, [{ why: 'cancelled', elsewhere: false }])
})

test('place() dates what is signed', async () => {
  await using bench = await startOutboundBench()
  const { invite } = await bench.invited({
    headers: [['Identity', 'eyJ...;info=<https://sti.example/cert>']],
  })
  assert.equal(invite.headers.get('Date'), 'Tue, 14 Nov 2023 22:13:20 GMT')
})

test('place() requires Replaces of a peer whose call it is to take the place of', async () => {
  await using bench = await startOutboundBench()
  const headers = [['Replaces', '12@x;to-tag=a;from-tag=b'] as const]
  const { invite } = await bench.invited({ headers })
  assert.deepEqual(invite.headers.getAll('Require'), ['replaces'])
})

test('place() gives a SIPS call a SIPS contact', async () => {
  await using bench = await startOutboundBench()
  const { invite } = await bench.invited({ to: `sips:agent@127.0.0.1:${bench.port}` })
  assert.match(invite.headers.get('Contact') ?? '', /^<sips:127\.0\.0\.1:\d+>$/)
})

test('an answer that makes no dialog fails the call, or is left alone once another was taken', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  const headers = ['Record-Route: garbage']
  peer.write(replyText(invite, 200, { headers }))
  assert.deepEqual(await call.whenFailed, { why: 'rejected', status: 200, elsewhere: true })
  const second = bench.place()
  const again = await peer.request('INVITE')
  peer.write(replyText(again, 200, { sdp: 'v=0 answer' }))
  await second.whenAnswered
  await peer.request('ACK')
  peer.write(replyText(again, 200, { tag: 'other', headers }))
  peer.write(calleeRequest(again, 'BYE'))
  await peer.response(200)
  assert.equal(await second.whenEnded, 'caller-hung-up')
  assert.deepEqual(second.failures, [])
})

test('hangup() gives up a call that has no connection, and one that lost it', async () => {
  await using bench = await startOutboundBench()
  const early = bench.place()
  await early.hangup()
  assert.deepEqual(early.failures, [{ why: 'cancelled', elsewhere: false }])
  const peer = await bench.nextPeer()
  const call = bench.place()
  await peer.request('INVITE')
  peer.socket.destroy()
  await bench.edge.counted('connections_closed')
  await call.hangup()
  assert.deepEqual(call.failures, [{ why: 'cancelled', elsewhere: false }])
})

test('place() counts calls of both directions against the limit of all', async () => {
  const trunk = { allowedAddresses: ['127.0.0.1'] }
  await using bench = await startOutboundBench({ trunk, maxCalls: 2 })
  const caller = await bench.edge.connect()
  await answeredCall(bench.edge, caller)
  await answeredOutgoing(bench)
  assert.deepEqual(await bench.place().whenFailed, { why: 'overloaded', elsewhere: false })
  caller.write(requestText('INVITE', { callId: 'c2', body: offer }))
  await caller.response(503)
})
