import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answer, callUp } from './test-edge.ts'
import { requestText, responseText } from './test-peer.ts'

test('an offer of ours that the peer never answers is given up with the call', async () => {
  const { edge, peer, call, inDialog } = await callUp()
  await using _ = edge
  const offered = assert.rejects(call.incoming.signalling.reoffer(answer))
  peer.write(responseText(await peer.request('INVITE'), 100))
  peer.write(requestText('BYE', { ...inDialog, cseq: 2 }))
  await peer.response(200)
  await offered
  await peer.request('CANCEL')
  edge.clock.advance(64_000)
  assert.equal(edge.sip.open().transactions, 0)
})
