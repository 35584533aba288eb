import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startOutboundBench } from './test-callee.ts'
import { requestText } from './test-peer.ts'

const named = { app: 'app', clientCertificateName: 'victim.example' }

test('whom we dialled speaks for no other trunk, whatever names the certificate carries that its own authority signed', async () => {
  const names = ['127.0.0.1', 'victim.example']
  await using bench = await startOutboundBench({ names, others: [{ id: 'victim', ...named }] })
  const { peer } = await bench.invited()
  peer.write(requestText('INVITE', { callId: 'forged' }))
  await peer.response(403)
  assert.deepEqual(bench.edge.calls, [])
})

test('whom we dialled may call us on the same connection, where its trunk asks for that certificate', async () => {
  const names = ['127.0.0.1', 'victim.example']
  await using bench = await startOutboundBench({ names, trunk: { ...named, allowedAddresses: [] } })
  const { peer } = await bench.invited()
  peer.write(requestText('INVITE', { callId: 'genuine' }))
  const call = await bench.edge.nextCall()
  assert.equal(call.incoming.trunk, 'carrier')
})
