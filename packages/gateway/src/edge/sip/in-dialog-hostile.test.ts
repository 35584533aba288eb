import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { callUp } from './test-edge.ts'
import { requestText } from './test-peer.ts'

const methods = ['INVITE', 'UPDATE', 'INFO', 'PRACK', 'REFER', 'SUBSCRIBE', 'NOTIFY', 'OPTIONS', 'MESSAGE']
const headers = [
  'RAck',
  'Refer-To',
  'Refer-Sub',
  'Replaces',
  'Event',
  'Expires',
  'Subscription-State',
  'Session-Expires',
  'Min-SE',
  'Reason',
  'Identity',
]
const contentTypes = ['application/sdp', 'message/sipfrag', 'application/dtmf-relay']
const trunks =
  '[{id: here, app: app, allowedAddresses: ["127.0.0.1"], refer: {accept: true, targets: ["+1212*"]}}]'

const hostile = fc.record({
  method: fc.constantFrom(...methods),
  header: fc.constantFrom(...headers),
  value: fc.oneof(
    fc.string({ maxLength: 60 }).map((text) => text.replace(/[^ -~]/g, '')),
    fc.constantFrom(
      '0',
      '4294967296 1 INVITE',
      'refer;id=9999999999',
      '<sip:+12125550100@a?Replaces=%>',
      '90;refresher=uas',
    ),
  ),
  contentType: fc.constantFrom(...contentTypes),
  body: fc.string({ maxLength: 40 }),
})

test('receiveInLeg() answers every request exactly once, whatever its headers, and the call stays up', async () => {
  const { edge, peer, call, inDialog } = await callUp({ trunks })
  await using _ = edge
  edge.reoffer = () => ({ status: 488 })
  let cseq = 1
  await fc.assert(
    fc.asyncProperty(hostile, async ({ method, header, value, contentType, body }) => {
      cseq += 1
      const lines = method === 'MESSAGE' ? [] : [`${header}: ${value}`]
      peer.write(requestText(method, { ...inDialog, cseq, headers: lines, contentType, body }))
      let answer = await peer.next()
      while (answer.kind === 'request') answer = await peer.next() // what a REFER's subscription tells
      assert.equal(answer.headers.get('CSeq'), `${cseq} ${method}`)
      assert.ok(answer.status >= 200)
    }),
    { numRuns: 150 },
  )
  assert.deepEqual(call.ended, [])
})
