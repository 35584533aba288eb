import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createPki } from '@voxkeep/pki'
import { loadCalls, loadRounds } from './index.ts'

const pki = await createPki()
const { certPem: cert, keyPem: key } = await pki.issue(['127.0.0.1'])

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Two runs that call each other: one places the calls, the other takes them. */
async function bothSides(seconds: { readonly placed: number; readonly taken: number }) {
  const port = await freePort()
  const both = { host: '127.0.0.1', port, from: 'a', to: 'b', calls: 2, ratePerSecond: 100, settleMs: 20 }
  const listening = Promise.withResolvers<void>()
  const taken = loadRounds({
    ...both,
    seconds: seconds.taken,
    drainMs: 20,
    answer: { port, cert, key },
    onPhase: (phase) => phase === 'ramp' && listening.resolve(),
  })
  await listening.promise
  const placed = await loadCalls({ ...both, seconds: seconds.placed, drainMs: 20, ca: pki.caPem })
  const [report] = await taken
  assert.ok(report)
  return { placed, taken: report }
}

test('loadRounds() answers the calls that come, and ends them', async () => {
  const { placed, taken } = await bothSides({ placed: 1, taken: 0.2 })
  assert.deepEqual([taken.calls, taken.answered, taken.failures], [2, 2, {}])
  assert.ok(taken.framesSent > 0)
  assert.deepEqual([placed.answered, placed.failures], [2, { 'remote-hung-up': 2 }])
})

test('loadRounds() counts calls that the other side ends', async () => {
  const { taken } = await bothSides({ placed: 0.1, taken: 1 })
  assert.deepEqual([taken.answered, taken.failures], [2, { 'remote-hung-up': 2 }])
})
