import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SipMessage } from '@voxkeep/wire/sip'
import { answeredCall, callUp, startTestEdge } from './test-edge.ts'
import { requestText, responseText, type RequestFields } from './test-peer.ts'

const header = (message: SipMessage, name: string) => message.headers.get(name) ?? ''

function notifyText(
  inDialog: RequestFields,
  cseq: number,
  status: string,
  state = 'active;expires=60',
): string {
  return requestText('NOTIFY', {
    ...inDialog,
    cseq,
    headers: ['Event: refer', `Subscription-State: ${state}`],
    body: status === '' ? '' : `SIP/2.0 ${status}\r\n`,
    contentType: 'message/sipfrag;version=2.0',
  })
}

async function referring(to = '+12125550100') {
  const up = await callUp()
  const outcome = up.call.incoming.signalling.refer({ to })
  const refer = await up.peer.request('REFER')
  return { ...up, outcome, refer }
}

test('interop 28: refer() resolves with what the peer’s notifications tell', async () => {
  const { edge, peer, inDialog, outcome, refer } = await referring()
  await using _ = edge
  assert.equal(header(refer, 'Refer-To'), '<sip:+12125550100@trunk.example;user=phone>')
  assert.equal(header(refer, 'Referred-By'), '<sip:+493012345@gw.example>')
  peer.write(notifyText(inDialog, 2, '100 Trying')) // some notify before they answer
  await peer.response(200)
  peer.write(responseText(refer, 202))
  peer.write(notifyText(inDialog, 3, '180 Ringing'))
  await peer.response(200)
  peer.write(notifyText(inDialog, 4, '200 OK', 'terminated;reason=noresource'))
  await peer.response(200)
  assert.deepEqual(await outcome, { ok: true })
  peer.write(notifyText(inDialog, 5, '200 OK'))
  await peer.response(481)
})

test('interop 28: refer() takes the news that comes after the peer’s BYE', async () => {
  const { edge, peer, call, inDialog, outcome, refer } = await referring()
  await using _ = edge
  peer.write(responseText(refer, 202))
  peer.write(requestText('BYE', { ...inDialog, cseq: 2 }))
  await peer.response(200)
  assert.deepEqual(call.ended, ['caller-hung-up'])
  peer.write(notifyText(inDialog, 3, '200 OK', 'terminated;reason=noresource'))
  await peer.response(200)
  assert.deepEqual(await outcome, { ok: true })
  await edge.counted('legs_retired')
})

test('refer() tells how it failed, and leaves the call as it is', async () => {
  const { edge, peer, call, inDialog, outcome, refer } = await referring()
  await using _ = edge
  peer.write(responseText(refer, 202))
  peer.write(notifyText(inDialog, 2, '486 Busy Here', 'terminated;reason=noresource'))
  await peer.response(200)
  assert.deepEqual(await outcome, { ok: false, status: 486, why: 'failed' })
  const again = call.incoming.signalling.refer({ to: 'sip:agent@pbx.example' })
  const second = await peer.request('REFER')
  assert.equal(header(second, 'Refer-To'), '<sip:agent@pbx.example>')
  peer.write(responseText(second, 405))
  assert.deepEqual(await again, { ok: false, status: 405, why: 'refused' })
  assert.deepEqual(call.ended, [])
})

test('refer() does not wait for ever: not for an answer, not for news, and less long once the call is over', async () => {
  const silent = await referring()
  {
    await using _ = silent.edge
    silent.edge.clock.advance(32_000)
    assert.deepEqual(await silent.outcome, { ok: false, why: 'timeout' })
  }
  const { edge, peer, inDialog, outcome, refer } = await referring()
  await using _ = edge
  peer.write(responseText(refer, 202))
  peer.write(requestText('BYE', { ...inDialog, cseq: 2 }))
  await peer.response(200)
  edge.clock.advance(32_000)
  assert.deepEqual(await outcome, { ok: false, why: 'timeout' })
  await edge.counted('legs_retired')
})

test('refer() believes a peer that will send no news (RFC 4488)', async () => {
  const { edge, peer, outcome, refer } = await referring()
  await using _ = edge
  peer.write(responseText(refer, 202, ['Refer-Sub: false']))
  assert.deepEqual(await outcome, { ok: true })
})

test('refer() of an attended transfer names the other leg’s dialog, as its peer knows it (RFC 3891 §3)', async () => {
  await using edge = await startTestEdge()
  const peer = await edge.connect()
  const first = await answeredCall(edge, peer)
  const second = await answeredCall(edge, peer, { callId: 'c2', from: '<sip:b@trunk.example>;tag=other' })
  const tag = /tag=(\w+)/.exec(second.inDialog.to ?? '')?.[1] ?? ''
  const outcome = first.call.incoming.signalling.refer({ to: 'b', replaces: second.call.incoming.leg })
  const refer = await peer.request('REFER')
  const replaces = encodeURIComponent(`c2;to-tag=other;from-tag=${tag}`)
  assert.equal(header(refer, 'Refer-To'), `<sip:caller@127.0.0.1:5999;transport=tls?Replaces=${replaces}>`)
  peer.write(responseText(refer, 603))
  assert.deepEqual(await outcome, { ok: false, status: 603, why: 'refused' })
})

test('a NOTIFY that nobody asked for is refused', async () => {
  const { edge, peer, inDialog } = await callUp()
  await using _ = edge
  peer.write(notifyText(inDialog, 2, '200 OK'))
  await peer.response(481)
  peer.write(requestText('NOTIFY', { ...inDialog, cseq: 3, headers: ['Event: presence'] }))
  await peer.response(489)
})
