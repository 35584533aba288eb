import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SipMessage, SipRequest } from '@voxkeep/wire/sip'
import { answeredCall, callUp, settled, startTestEdge } from './test-edge.ts'
import { requestText, responseText, type RequestFields, type TestPeer } from './test-peer.ts'

const text = (body: Uint8Array) => new TextDecoder().decode(body)
const header = (message: SipMessage, name: string) => message.headers.get(name) ?? ''
const trunks =
  '[{id: here, app: app, allowedAddresses: ["127.0.0.1"], refer: {accept: true, targets: ["+1212*", "sip:*@pbx.example"]}}]'

function referText(
  inDialog: RequestFields,
  to: string,
  o: { cseq?: number; headers?: string[] } = {},
): string {
  const { cseq = 2, headers = [] } = o
  return requestText('REFER', { ...inDialog, cseq, headers: [`Refer-To: ${to}`, ...headers] })
}

/** A NOTIFY's status line and subscription, answered. */
async function notified(peer: TestPeer): Promise<[string, string, SipRequest]> {
  const notify = await peer.request('NOTIFY')
  peer.write(responseText(notify, 200))
  return [text(notify.body).trim(), header(notify, 'Subscription-State'), notify]
}

test('interop 28: REFER is refused by default: a call is never moved at the peer’s word', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  peer.write(referText(inDialog, '<sip:+1900@evil>'))
  assert.doesNotMatch(header(await peer.response(403), 'Allow'), /REFER/)
  peer.write(requestText('REFER', { callId: 'out-of-dialog', headers: ['Refer-To: <sip:+1900@evil>'] }))
  await peer.response(403)
  assert.deepEqual([call.refers, call.ended], [[], []])
})

test('interop 28: REFER to a target on the trunk’s list is told to the call, and how it goes to the peer', async () => {
  const { edge, peer, call, inDialog } = await callUp({ trunks })
  await using _ = edge
  peer.write(referText(inDialog, '<sip:+12125550100@gw.example>'))
  await peer.response(202)
  const [trying, active, notify] = await notified(peer)
  assert.equal(trying, 'SIP/2.0 100 Trying')
  assert.match(active, /^active;expires=300$/)
  assert.equal(header(notify, 'Event'), 'refer')
  assert.equal(header(notify, 'Content-Type'), 'message/sipfrag;version=2.0')
  const [request] = call.refers
  assert.deepEqual([request?.to, request?.replaces], ['+12125550100', undefined])
  request?.notify(180)
  assert.equal((await notified(peer))[0], 'SIP/2.0 180 Ringing')
  request?.notify(200)
  assert.deepEqual((await notified(peer)).slice(0, 2), ['SIP/2.0 200 OK', 'terminated;reason=noresource'])
  request?.notify(486) // the subscription is over: nobody is told
  await settled(peer, inDialog, 3)
})

test('interop 28, 29: how a REFER went is told after the call is over too, and then the dialog is gone', async () => {
  const { edge, peer, call, inDialog } = await callUp({ trunks })
  await using _ = edge
  peer.write(referText(inDialog, '<sip:agent@pbx.example>'))
  await peer.response(202)
  await notified(peer)
  peer.write(requestText('BYE', { ...inDialog, cseq: 3 }))
  await peer.response(200)
  assert.deepEqual(call.ended, ['caller-hung-up'])
  assert.equal(edge.counts.get('legs_retired'), undefined)
  call.refers[0]?.notify(603)
  assert.equal((await notified(peer))[0], 'SIP/2.0 603 Decline')
  await edge.counted('legs_retired')
})

test('interop 28: REFER elsewhere, twice, and to nonsense is refused', async () => {
  const { edge, peer, call, inDialog } = await callUp({ trunks })
  await using _ = edge
  const refused: [string, number][] = [
    ['<sip:+1900@gw.example>', 403],
    ['<sip:agent@evil.example>', 403],
    ['<sip:agent@pbx.example?Replaces=x%3Bto-tag%3D1%3Bfrom-tag%3D2>', 403],
    ['<sip:agent@pbx.example;method=BYE>', 400],
    ['<mailto:agent@pbx.example>', 400],
    ['<sip:+12125550100@a>\r\nRefer-To: <sip:+12125550101@a>', 400],
  ]
  for (const [index, [to, status]] of refused.entries()) {
    peer.write(referText(inDialog, to, { cseq: 2 + index }))
    await peer.response(status)
  }
  edge.refer = () => ({ status: 486 })
  peer.write(referText(inDialog, '<sip:+12125550100@a>', { cseq: 20 }))
  await peer.response(486)
  assert.equal(call.refers.length, 1)
})

test('a peer that leaves notifications unanswered gets no more than a few, and the last', async () => {
  const { edge, peer, call, inDialog } = await callUp({ trunks })
  await using _ = edge
  peer.write(referText(inDialog, '<sip:+12125550100@a>'))
  await peer.response(202)
  for (let told = 0; told < 30; told += 1) call.refers[0]?.notify(180)
  call.refers[0]?.notify(200)
  const seen: string[] = []
  while (seen.at(-1) !== 'SIP/2.0 200 OK') seen.push((await notified(peer))[0])
  assert.ok(seen.length <= 9, String(seen.length))
})

test('a peer that wants no news of its REFER gets none (RFC 4488)', async () => {
  const { edge, peer, call, inDialog } = await callUp({ trunks })
  await using _ = edge
  peer.write(referText(inDialog, '<sip:+12125550100@a>', { headers: ['Refer-Sub: false'] }))
  assert.equal(header(await peer.response(202), 'Refer-Sub'), 'false')
  call.refers[0]?.notify(200)
  await settled(peer, inDialog, 3)
})

test('a REFER that nobody finishes is forgotten after a while, and a second one has an id', async () => {
  const { edge, peer, inDialog } = await callUp({ trunks })
  await using _ = edge
  peer.write(referText(inDialog, '<sip:+12125550100@a>'))
  await peer.response(202)
  await notified(peer)
  peer.write(referText(inDialog, '<sip:+12125550100@a>', { cseq: 3 }))
  await peer.response(202)
  const [, , second] = await notified(peer)
  assert.equal(header(second, 'Event'), 'refer;id=3')
  edge.clock.advance(300_000)
  assert.equal((await notified(peer))[1], 'terminated;reason=timeout')
  assert.equal((await notified(peer))[1], 'terminated;reason=timeout')
})

test('a subscription to a REFER can be prolonged and ended, and there is no other', async () => {
  const { edge, peer, inDialog } = await callUp({ trunks })
  await using _ = edge
  peer.write(referText(inDialog, '<sip:+12125550100@a>'))
  await peer.response(202)
  await notified(peer)
  const subscribe = (cseq: number, event: string, expires: number) =>
    peer.write(
      requestText('SUBSCRIBE', { ...inDialog, cseq, headers: [`Event: ${event}`, `Expires: ${expires}`] }),
    )
  subscribe(3, 'presence', 60)
  assert.equal(header(await peer.response(489), 'Allow-Events'), 'refer')
  subscribe(4, 'refer;id=99', 60)
  await peer.response(481)
  subscribe(5, 'refer', 60)
  assert.equal(header(await peer.response(200), 'Expires'), '60')
  assert.equal((await notified(peer))[1], 'active;expires=60')
  subscribe(6, 'refer', 0)
  await peer.response(200)
  assert.equal((await notified(peer))[1], 'terminated;reason=timeout')
})

test('interop 28: an attended transfer names a leg of ours, with both tags right and on the same trunk', async () => {
  await using edge = await startTestEdge({ trunks })
  const peer = await edge.connect()
  const first = await answeredCall(edge, peer)
  const second = await answeredCall(edge, peer, { callId: 'c2' })
  const tag = /tag=(\w+)/.exec(second.inDialog.to ?? '')?.[1] ?? ''
  const refer = (cseq: number, toTag: string, fromTag: string) => {
    const replaces = encodeURIComponent(`c2;to-tag=${toTag};from-tag=${fromTag}`)
    peer.write(referText(first.inDialog, `<sip:anybody@gw.example?Replaces=${replaces}>`, { cseq }))
  }
  refer(2, tag, 'wrong')
  await peer.response(403)
  refer(3, 'wrong', 'caller')
  await peer.response(403)
  refer(4, tag, 'caller')
  await peer.response(202)
  await notified(peer)
  assert.equal(first.call.refers[0]?.replaces, second.call.incoming.leg)
})
