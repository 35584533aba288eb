import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePorts } from '@voxkeep/deployment'
import { answerCalls, type AnswerPlan } from '@voxkeep/softphone'
import { startBaresip, type Baresip } from './support/baresip.ts'
import { without } from './support/counterpart.ts'
import { claimMediaPorts, type MediaPorts } from './support/media-ports.ts'
import { startOutboundEdge, type OutboundEdge } from './support/outbound-edge.ts'
import { spoken, writeSpeech } from './support/spoken.ts'

const outboundTo = (port: number, caFile: string, more: object = {}) => ({
  host: '127.0.0.1',
  port,
  caFile,
  health: { intervalMs: 0 },
  ...more,
})

describe('baresip 1.0 (TLS, SDES-SRTP), called', { skip: without('baresip'), timeout: 40_000 }, () => {
  const stack = new AsyncDisposableStack()
  let ports: MediaPorts
  let edge: OutboundEdge
  before(async () => {
    ports = stack.use(await claimMediaPorts())
    edge = stack.use(
      await startOutboundEdge(({ caFile }) => [
        {
          id: 'baresip',
          // It opens a connection of its own for what it sends within a call.
          allowedAddresses: ['127.0.0.1'],
          outbound: outboundTo(ports.phone(0).min + 1, caFile),
        },
      ]),
    )
  })
  after(() => stack.disposeAsync())

  async function phone(answers: boolean): Promise<Baresip> {
    const folder = join(edge.folder, answers ? 'answers' : 'rings')
    const { certPem, keyPem } = await edge.pki.issue(['127.0.0.1'])
    const certificateFile = join(edge.folder, 'baresip.pem')
    await writeFile(certificateFile, `${certPem}\n${keyPem}\n`, { mode: 0o600 })
    const says = join(edge.folder, 'says.wav')
    writeSpeech(says, spoken(2), 30)
    const { caFile } = edge
    return startBaresip({
      folder,
      ports: ports.phone(0),
      caFile,
      says,
      certificateFile,
      user: 'bob',
      answers,
    })
  }

  test('place() calls baresip, which answers with SRTP keys and hangs up', async () => {
    await using bob = await phone(true)
    const call = edge.place('baresip', { to: 'bob' })
    const security = await call.answered
    assert.deepEqual(security.authenticatedBy, ['certificate'])
    assert.match(security.cipher, /^TLS_/)
    await bob.until('CALL_ESTABLISHED')
    assert.match((await bob.until('CALL_MENC')).param ?? '', /AES_CM_128_HMAC_SHA1_80/)
    bob.hangup()
    assert.equal(await call.over, 'caller-hung-up')
  })

  test('interop 21: place() has a call that baresip holds and takes up again, and then ends it', async () => {
    await using bob = await phone(true)
    const call = edge.place('baresip', { to: 'bob' })
    await call.answered
    await bob.until('CALL_ESTABLISHED')
    bob.hold()
    await call.until('received', 'ACK', 1)
    bob.resume()
    await call.until('received', 'ACK', 2)
    await call.hangup({ cause: 16, text: 'Normal call clearing' })
    assert.deepEqual(call.ended, ['gateway-hung-up'])
    await bob.until('CALL_CLOSED')
  })

  test('interop 25: place() cancels a call that rings at baresip', async () => {
    await using bob = await phone(false)
    const call = edge.place('baresip', { to: 'bob' })
    await call.until('received', '180')
    await call.hangup()
    assert.deepEqual(await call.failed, { why: 'cancelled', elsewhere: false })
    await bob.until('CALL_CLOSED')
  })
})

describe('the softphone, called', { timeout: 30_000 }, () => {
  const stack = new AsyncDisposableStack()
  let edge: OutboundEdge
  let port = 0
  before(async () => {
    ;[port = 0] = await freePorts(1)
    edge = stack.use(
      await startOutboundEdge(({ caFile }) => [{ id: 'phone', outbound: outboundTo(port, caFile) }]),
    )
  })
  after(() => stack.disposeAsync())

  async function phone(plan: AnswerPlan = { kind: 'answer' }) {
    const { certPem: cert, keyPem: key } = await edge.pki.issue(['127.0.0.1'])
    return answerCalls({ port, cert, key, decide: () => plan })
  }

  test('place() reaches a Node peer over X25519MLKEM768, and is held by it', async () => {
    await using callee = await phone()
    const call = edge.place('phone')
    assert.equal((await call.answered).group, 'X25519MLKEM768')
    const taken = await callee.nextCall()
    await taken.whenUp
    assert.deepEqual([taken.from, taken.to], ['+12025550199', '+12025550100'])
    assert.equal(await taken.hold(), true)
    assert.equal(await taken.resume(), true)
    taken.hangup()
    assert.equal(await call.over, 'caller-hung-up')
  })

  test('place() finds a peer again that closed its connection', async () => {
    {
      await using first = await phone()
      const call = edge.place('phone')
      await call.answered
      await call.hangup()
      await (
        await first.nextCall()
      ).whenEnded
    }
    await using second = await phone({ kind: 'reject', status: 600 })
    const call = edge.place('phone')
    assert.deepEqual(await call.failed, { why: 'busy', status: 600, elsewhere: false })
    assert.equal(second.calls.length, 1)
  })

  test('place() says so when nobody is there', async () => {
    assert.deepEqual(await edge.place('phone').failed, { why: 'unreachable', elsewhere: true })
  })
})
