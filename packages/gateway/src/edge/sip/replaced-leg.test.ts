import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SipMessage } from '@voxkeep/wire/sip'
import { answer, answeredCall, offer, startTestEdge, trunkHere } from './test-edge.ts'
import { requestText, responseText } from './test-peer.ts'

const header = (message: SipMessage, name: string) => message.headers.get(name) ?? ''
const here = '{id: here, app: app, allowedAddresses: ["127.0.0.1"], refer: {accept: true}}'
const there = '{id: there, app: app, allowedAddresses: ["127.0.0.2"], refer: {accept: true}}'

async function oneUp(trunks: string) {
  const edge = await startTestEdge({ trunks })
  const peer = await edge.connect()
  const up = await answeredCall(edge, peer)
  const toTag = /tag=(\w+)/.exec(up.inDialog.to ?? '')?.[1] ?? ''
  const inviteText = (callId: string, replaces: string) =>
    requestText('INVITE', { callId, body: offer, headers: [`Replaces: ${replaces}`] })
  return { edge, peer, ...up, toTag, inviteText }
}

test('interop 28: an INVITE with Replaces takes a leg’s place once it is answered', async () => {
  const { edge, peer, call, toTag, inviteText } = await oneUp(`[${here}]`)
  await using _ = edge
  peer.write(inviteText('c2', `c1;to-tag=${toTag};from-tag=caller`))
  await peer.response(100)
  const next = await edge.nextCall()
  assert.equal(next.incoming.replaces, call.incoming.leg)
  assert.deepEqual(call.ended, [])
  next.incoming.signalling.answer(answer).catch(() => {})
  await peer.response(200)
  const bye = await peer.request('BYE')
  assert.equal(header(bye, 'Call-ID'), 'c1')
  peer.write(responseText(bye, 200))
  assert.equal(await call.whenEnded, 'replaced')
  assert.deepEqual(next.ended, [])
})

test('interop 28: Replaces is refused by default, and says nothing about which calls are up', async () => {
  const { edge, peer, toTag, inviteText } = await oneUp(trunkHere)
  await using _ = edge
  const answers: string[] = []
  for (const [index, tag] of [toTag, 'no-such-tag'].entries()) {
    peer.write(inviteText(`c${index + 2}`, `c1;to-tag=${tag};from-tag=caller`))
    const refusal = await peer.response(481)
    answers.push([...refusal.headers].map(([name]) => name).join())
  }
  assert.equal(answers[0], answers[1])
  assert.equal(edge.calls.length, 1)
})

test('interop 28: Replaces needs both tags, the same trunk and, where it says so, an early dialog (RFC 3891 §3)', async () => {
  const { edge, peer, toTag, inviteText } = await oneUp(`[${here}, ${there}]`)
  await using _ = edge
  const refused: [string, number][] = [
    [`c1;to-tag=${toTag};from-tag=wrong`, 481],
    ['c1;to-tag=wrong;from-tag=caller', 481],
    [`c1;to-tag=caller;from-tag=${toTag}`, 481],
    [`c1;to-tag=${toTag};from-tag=caller;early-only`, 486],
    ['c1;to-tag=1', 400],
    [`c1;to-tag=${toTag};from-tag=caller\r\nReplaces: c1;to-tag=${toTag};from-tag=caller`, 400],
  ]
  for (const [index, [replaces, status]] of refused.entries()) {
    peer.write(inviteText(`r${index}`, replaces))
    await peer.response(status)
  }
  const other = await edge.connect({ from: '127.0.0.2' })
  other.write(inviteText('theirs', `c1;to-tag=${toTag};from-tag=caller`))
  await other.response(481)
  assert.equal(edge.calls.length, 1)
})

test('a call that came to us and still rings cannot be replaced (RFC 3891 §3)', async () => {
  await using edge = await startTestEdge({ trunks: `[${here}]` })
  const peer = await edge.connect()
  peer.write(requestText('INVITE', { body: offer }))
  await peer.response(100)
  const call = await edge.nextCall()
  call.incoming.signalling.ring()
  const tag = /tag=(\w+)/.exec(header(await peer.response(180), 'To'))?.[1] ?? ''
  const headers = [`Replaces: c1;to-tag=${tag};from-tag=caller`]
  peer.write(requestText('INVITE', { callId: 'c2', body: offer, headers }))
  await peer.response(481)
  assert.deepEqual(call.ended, [])
})
