import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigestHash } from '@voxkeep/wire/node'
import { digestHa1, parseAuthorization, verifyAuthorization, type SipRequest } from '@voxkeep/wire/sip'
import { replyText, startOutboundBench } from './test-callee.ts'
import { answeredCall, password } from './test-edge.ts'

const outbound = { digest: { username: 'us', password: 'env:P' } }
const challenge = (fields: string) => `Digest realm="carrier", qop="auth", ${fields}`
const unauthorized = (fields: string) => ({ headers: [`WWW-Authenticate: ${challenge(fields)}`] })

/** The nonce of credentials that are right; fails when they are not. */
function nonceOf(request: SipRequest, header = 'Authorization'): string {
  const authorization = parseAuthorization(request.headers.get(header) ?? '')
  assert.ok(authorization, 'there are credentials')
  const hash = nodeDigestHash(authorization.algorithm)
  const ha1 = digestHa1(hash, 'us', 'carrier', password)
  assert.ok(verifyAuthorization({ authorization, hash, ha1, method: request.method }), 'they are right')
  assert.equal(authorization.uri, request.uri)
  return authorization.nonce
}

for (const status of [401, 407] as const) {
  const [ask, give] =
    status === 401 ? ['WWW-Authenticate', 'Authorization'] : ['Proxy-Authenticate', 'Proxy-Authorization']
  test(`interop 30: place() answers ${status} in the same call with the next number`, async () => {
    await using bench = await startOutboundBench({ outbound })
    const { call, peer, invite } = await bench.invited()
    assert.ok(!invite.headers.has(give))
    peer.write(replyText(invite, status, { headers: [`${ask}: ${challenge('nonce="n1"')}`] }))
    await peer.request('ACK')
    const again = await peer.request('INVITE')
    assert.equal(nonceOf(again, give), 'n1')
    assert.equal(again.headers.get('Call-ID'), invite.headers.get('Call-ID'))
    assert.equal(again.headers.get('From'), invite.headers.get('From'))
    assert.equal(again.headers.get('CSeq'), '2 INVITE')
    assert.notEqual(again.headers.get('Via'), invite.headers.get('Via'))
    peer.write(replyText(again, 200, { sdp: 'v=0 answer' }))
    await call.whenAnswered
    const ack = await peer.request('ACK')
    assert.equal(ack.headers.get(give), again.headers.get(give), 'RFC 3261 §22.1')
  })
}

test('interop 30: place() gives a password once, and once more for a nonce that was too old', async () => {
  await using bench = await startOutboundBench({ outbound })
  const { call, peer, invite } = await bench.invited()
  peer.write(replyText(invite, 401, unauthorized('nonce="n1"')))
  await peer.request('ACK')
  const second = await peer.request('INVITE')
  peer.write(replyText(second, 401, unauthorized('nonce="n2", stale=true')))
  await peer.request('ACK')
  const third = await peer.request('INVITE')
  assert.equal(nonceOf(third), 'n2')
  peer.write(replyText(third, 401, unauthorized('nonce="n3"')))
  assert.deepEqual(await call.whenFailed, { why: 'rejected', status: 401, elsewhere: true })
  assert.equal(peer.messages.filter((message) => message.kind === 'request').length, 5)
})

test('place() gives no password that it has not, and none to another realm', async () => {
  await using without = await startOutboundBench()
  const first = await without.invited()
  first.peer.write(replyText(first.invite, 401, unauthorized('nonce="n1"')))
  assert.equal((await first.call.whenFailed).status, 401)
  await using other = await startOutboundBench({
    outbound: { digest: { ...outbound.digest, realm: 'another' } },
  })
  const second = await other.invited()
  second.peer.write(replyText(second.invite, 407, unauthorized('nonce="n1"')))
  assert.equal((await second.call.whenFailed).status, 407)
})

test('hangup() answers a challenge to BYE, with the nonce that was given last', async () => {
  await using bench = await startOutboundBench({ outbound })
  const { call, peer, invite } = await bench.invited()
  peer.write(replyText(invite, 407, { headers: [`Proxy-Authenticate: ${challenge('nonce="n1"')}`] }))
  await peer.request('ACK')
  const info = 'Proxy-Authentication-Info: nextnonce="n2"'
  peer.write(replyText(await peer.request('INVITE'), 200, { sdp: 'v=0 answer', headers: [info] }))
  await call.whenAnswered
  await peer.request('ACK')
  const over = call.hangup()
  const bye = await peer.request('BYE')
  assert.equal(nonceOf(bye, 'Proxy-Authorization'), 'n2')
  peer.write(replyText(bye, 407, { headers: [`Proxy-Authenticate: ${challenge('nonce="n3"')}`] }))
  const again = await peer.request('BYE')
  assert.equal(nonceOf(again, 'Proxy-Authorization'), 'n3')
  assert.equal(again.headers.get('CSeq'), '4 BYE')
  peer.write(replyText(again, 200))
  await over
})

test('a caller’s challenge inside the call that it made is never answered', async () => {
  const trunk = { allowedAddresses: ['127.0.0.1'] }
  await using bench = await startOutboundBench({ outbound, trunk })
  const caller = await bench.edge.connect()

  const { call } = await answeredCall(bench.edge, caller)
  const over = call.incoming.signalling.hangup()
  const bye = await caller.request('BYE')
  caller.write(replyText(bye, 401, unauthorized('nonce="n1"')))
  await over
  assert.equal(caller.messages.filter((m) => m.kind === 'request' && m.method === 'BYE').length, 1)
  assert.doesNotMatch(caller.received(), /Authorization/)
})

test('interop 39: place() keeps passwords out of logs and ladders', async () => {
  await using bench = await startOutboundBench({ outbound })
  const { call, peer, invite } = await bench.invited()
  peer.write(replyText(invite, 401, unauthorized('nonce="n1"')))
  await peer.request('ACK')
  const again = await peer.request('INVITE')
  const response = parseAuthorization(again.headers.get('Authorization') ?? '')?.response ?? ''
  peer.write(replyText(again, 403))
  await call.whenFailed
  const told = bench.edge.logged() + JSON.stringify([...bench.edge.ladders.values()])
  for (const secret of [password, response]) assert.ok(!told.includes(secret))
})
