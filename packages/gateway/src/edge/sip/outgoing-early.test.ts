import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answeredOutgoing, calleeRequest, replyText, startOutboundBench } from './test-callee.ts'

const reliably = (rseq: number, sdp = '') => ({
  sdp,
  headers: ['Require: 100rel', `RSeq: ${rseq}`],
})

test('interop 26: place() acknowledges reliable provisional responses by PRACK', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  peer.write(replyText(invite, 183, reliably(988_789, 'v=0 early')))
  const prack = await peer.request('PRACK')
  assert.equal(prack.headers.get('RAck'), '988789 1 INVITE')
  assert.equal(prack.headers.get('CSeq'), '2 PRACK')
  assert.equal(prack.uri, 'sip:callee@127.0.0.1:5999;transport=tls')
  assert.match(prack.headers.get('To') ?? '', /;tag=callee$/)
  peer.write(replyText(prack, 200))
  peer.write(replyText(invite, 180, reliably(988_790)))
  assert.equal((await peer.request('PRACK')).headers.get('RAck'), '988790 1 INVITE')
  peer.write(replyText(invite, 200))
  assert.equal(await call.whenAnswered, 'v=0 early', 'the 200 need not repeat the answer')
  assert.equal((await peer.request('ACK')).headers.get('CSeq'), '1 ACK')
  void call.hangup()
  assert.equal((await peer.request('BYE')).headers.get('CSeq'), '4 BYE', 'no number is used twice')
})

test('interop 26: place() leaves alone what is repeated, or comes before its turn', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  for (const [status, rseq] of [
    [183, 5],
    [183, 5],
    [180, 7],
    [180, 6],
  ] as const)
    peer.write(replyText(invite, status, reliably(rseq)))
  assert.equal((await peer.request('PRACK')).headers.get('RAck'), '5 1 INVITE')
  assert.equal((await peer.request('PRACK')).headers.get('RAck'), '6 1 INVITE')
  assert.deepEqual(call.ringing, [183, 180])
})

test('interop 26: place() neither offers nor sends PRACK where the trunk is without', async () => {
  await using bench = await startOutboundBench({ trunk: { reliableProvisional: 'off' } })
  const { call, peer, invite } = await bench.invited()
  assert.equal(invite.headers.get('Supported'), 'timer')
  assert.doesNotMatch(invite.headers.get('Allow') ?? '', /PRACK/)
  peer.write(replyText(invite, 183, reliably(1)))
  peer.write(replyText(invite, 486))
  await peer.request('ACK')
  assert.deepEqual(call.ringing, [183])
})

test('interop 26: place() demands reliable responses where the trunk does', async () => {
  await using bench = await startOutboundBench({ trunk: { reliableProvisional: 'required' } })
  const { invite } = await bench.invited()
  assert.deepEqual(invite.headers.getAll('Require'), ['100rel'])
})

test('place() takes an UPDATE in an early dialog whose offer was answered reliably', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  peer.write(replyText(invite, 183, reliably(1, 'v=0 early')))
  peer.write(replyText(await peer.request('PRACK'), 200))
  peer.write(calleeRequest(invite, 'UPDATE', { body: 'v=0 moved' }))
  assert.equal(new TextDecoder().decode((await peer.response(200)).body), 'v=0 ours again')
  assert.deepEqual(call.offers, ['v=0 moved'])
})

test('interop 26: place() takes the first answer of several forks, and ends the others', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  peer.write(replyText(invite, 183, { tag: 'a', sdp: 'v=0 early a' }))
  peer.write(replyText(invite, 180, { tag: 'b' }))
  peer.write(replyText(invite, 183, { tag: 'c', sdp: 'v=0 early c' }))
  peer.write(replyText(invite, 200, { tag: 'b', sdp: 'v=0 answer b' }))
  assert.equal(await call.whenAnswered, 'v=0 answer b')
  assert.deepEqual(call.early, ['v=0 early a', 'v=0 early c'])
  assert.match((await peer.request('ACK')).headers.get('To') ?? '', /;tag=b$/)
  peer.write(replyText(invite, 200, { tag: 'c', sdp: 'v=0 answer c' }))
  assert.match((await peer.request('ACK')).headers.get('To') ?? '', /;tag=c$/)
  const bye = await peer.request('BYE')
  assert.match(bye.headers.get('To') ?? '', /;tag=c$/)
  peer.write(replyText(bye, 200))
  peer.write(calleeRequest(invite, 'INFO', { tag: 'b' }))
  await peer.response(200)
  assert.deepEqual([call.answers, call.ended], [['v=0 answer b'], []])
})

test('place() does not make dialogs without end for a peer that forks', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await bench.invited()
  for (let fork = 0; fork < 50; fork += 1) peer.write(replyText(invite, 180, { tag: `fork${fork}` }))
  peer.write(replyText(invite, 200, { tag: 'fork49', sdp: 'v=0 answer' }))
  assert.equal(await call.whenAnswered, 'v=0 answer', 'the one that answers is heard')
  assert.equal(bench.edge.counts.get('legs_opened'), 9)
  assert.equal(bench.edge.counts.get('legs_retired'), 8)
})

test('interop 22: place() keeps a timer that the peer imposed, and refreshes when that is ours to do', async () => {
  await using bench = await startOutboundBench()
  const headers = ['Session-Expires: 200;refresher=uac', 'Allow: INVITE, ACK, BYE, UPDATE']
  const { call, peer, invite } = await answeredOutgoing(bench, {}, { headers })
  bench.edge.clock.advance(100_000)
  const update = await peer.request('UPDATE')
  assert.equal(update.headers.get('CSeq'), '2 UPDATE')
  peer.write(replyText(update, 200, { headers: ['Session-Expires: 200;refresher=uas'] }))
  peer.write(calleeRequest(invite, 'BYE'))
  await peer.response(200)
  assert.equal(await call.whenEnded, 'caller-hung-up')
})

test('interop 22: place() gives up a peer that was to refresh the session and is silent', async () => {
  await using bench = await startOutboundBench()
  const headers = ['Session-Expires: 90;refresher=uas', 'Require: timer']
  const { call, peer } = await answeredOutgoing(bench, {}, { headers })
  bench.edge.clock.advance(90_000)
  const last = await peer.next()
  assert.ok(last.kind === 'request' && ['BYE', 'INVITE', 'UPDATE'].includes(last.method))
  bench.edge.clock.advance(120_000)
  assert.equal(await call.whenEnded, 'connection-lost')
})

test('interop 24: reoffer() waits 2.1 to 4 s after glare, for we made the Call-ID', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await answeredOutgoing(bench)
  const answered = call.reoffer('v=0\r\no=- 7 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n')
  peer.write(replyText(await peer.request('INVITE'), 491))
  await peer.request('ACK')
  bench.edge.clock.advance(2_099)
  peer.write(calleeRequest(invite, 'OPTIONS'))
  await peer.response(200) // and no INVITE before it
  bench.edge.clock.advance(1_901)
  const again = await peer.request('INVITE')
  assert.equal(again.headers.get('CSeq'), '3 INVITE')
  peer.write(replyText(again, 200, { sdp: 'v=0 agreed' }))
  assert.equal(new TextDecoder().decode(await answered), 'v=0 agreed')
})

test('interop 22: place() asks for the interval that a 422 wants', async () => {
  await using bench = await startOutboundBench({ trunk: { sessionExpiresS: 100 } })
  const { call, peer, invite } = await bench.invited()
  assert.equal(invite.headers.get('Session-Expires'), '100')
  peer.write(replyText(invite, 422, { headers: ['Min-SE: 600'] }))
  await peer.request('ACK')
  const again = await peer.request('INVITE')
  assert.equal(again.headers.get('Session-Expires'), '600')
  assert.equal(again.headers.get('CSeq'), '2 INVITE')
  assert.equal(again.headers.get('Call-ID'), invite.headers.get('Call-ID'))
  peer.write(replyText(again, 422, { headers: ['Min-SE: 600'] }))
  assert.equal((await call.whenFailed).status, 422, 'a peer that wants what it got is not asked for ever')
})

test('interop 21: a call that was placed is held and taken up again by either side', async () => {
  await using bench = await startOutboundBench()
  const { call, peer, invite } = await answeredOutgoing(bench)
  peer.write(calleeRequest(invite, 'INVITE', { body: 'v=0 hold' }))
  assert.equal(new TextDecoder().decode((await peer.response(200)).body), 'v=0 ours again')
  peer.write(calleeRequest(invite, 'ACK'))
  assert.deepEqual(call.offers, ['v=0 hold'])
  const answered = call.reoffer('v=0\r\no=- 7 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=inactive\r\n')
  const reinvite = await peer.request('INVITE')
  assert.equal(reinvite.headers.get('CSeq'), '2 INVITE')
  peer.write(replyText(reinvite, 200, { sdp: 'v=0 held' }))
  assert.equal(new TextDecoder().decode(await answered), 'v=0 held')
  assert.equal((await peer.request('ACK')).headers.get('CSeq'), '2 ACK')
})

test('reoffer() and refer() wait for no answer', async () => {
  await using bench = await startOutboundBench()
  const { call } = await bench.invited()
  await assert.rejects(call.reoffer('v=0'), { code: 'EDGE_LEG_OVER' })
  assert.deepEqual(await call.refer({ to: '+1' }), { ok: false, why: 'failed' })
})

const ported = 'sip:+12025550100;rn=+12025559999@127.0.0.1'
test('place() follows a redirect to the same number at the same host where the trunk says so', async () => {
  await using bench = await startOutboundBench({ outbound: { redirects: 'same-host' } })
  const { call, peer, invite } = await bench.invited()
  peer.write(replyText(invite, 302, { headers: [`Contact: <${ported}:${bench.port}>`] }))
  await peer.request('ACK')
  const again = await peer.request('INVITE')
  assert.equal(again.uri, `${ported}:${bench.port};user=phone;transport=tls`)
  assert.equal(again.headers.get('To'), invite.headers.get('To'))
  peer.write(replyText(again, 302, { headers: [`Contact: <${ported}:${bench.port}>`] }))
  assert.equal((await call.whenFailed).why, 'redirected', 'but not in a circle')
})

test('place() does not let who answers make it call another number', async () => {
  await using bench = await startOutboundBench({ outbound: { redirects: 'same-host' } })
  const { call, peer, invite } = await bench.invited()
  const headers = [`Contact: <sip:+9001234567@127.0.0.1:${bench.port}>`]
  peer.write(replyText(invite, 302, { headers }))
  assert.deepEqual(await call.whenFailed, { why: 'redirected', status: 302, elsewhere: false })
})
