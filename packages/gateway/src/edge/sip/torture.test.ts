import assert from 'node:assert/strict'
import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { answeredCall, startTestEdge } from './test-edge.ts'
import { requestText } from './test-peer.ts'

const repository = join(import.meta.dirname, '..', '..', '..', '..', '..')
const vectors = process.env['VOXKEEP_VECTORS'] ?? join(repository, '..', 'shared', 'vectors')
const folder = join(vectors, 'rfc4475')
const skip =
  !existsSync(folder) && !process.env['CI'] && 'set VOXKEEP_VECTORS to the folder with rfc4475/*.dat'

test('every message of RFC 4475 over TLS leaves the edge and its calls alive', { skip }, async () => {
  await using edge = await startTestEdge()
  const caller = await edge.connect()
  const { call, inDialog } = await answeredCall(edge, caller)
  const files = readdirSync(folder).filter((name) => name.endsWith('.dat'))
  assert.equal(files.length, 49)
  for (const file of files) {
    const peer = await edge.connect()
    peer.write(readFileSync(join(folder, file)))
    peer.socket.end()
    await peer.closed
    for (const answer of peer.messages) assert.equal(answer.kind, 'response', file)
  }
  assert.deepEqual(call.ended, [])
  caller.write(requestText('BYE', { ...inDialog, cseq: 2 }))
  await caller.response(200)
})
