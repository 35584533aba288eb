import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { freePorts } from '@voxkeep/deployment'
import { answerCalls, type AnswerPlan, type AnsweringPhone } from '@voxkeep/softphone'
import { without } from './support/counterpart.ts'
import { startKamailioCarrier } from './support/kamailio-carrier.ts'
import { startOutboundEdge, type OutboundEdge } from './support/outbound-edge.ts'

const realm = 'carrier.example'

for (const algorithm of ['SHA-256', 'MD5'] as const) {
  const name = `Kamailio 5.6 as a carrier that asks for ${algorithm}`
  describe(name, { skip: without('kamailio'), timeout: 40_000 }, () => {
    const stack = new AsyncDisposableStack()
    let edge: OutboundEdge
    let phonePorts: number[] = []
    before(async () => {
      const [calls = 0, phones = 0, ...rest] = await freePorts(4)
      phonePorts = rest
      edge = stack.use(
        await startOutboundEdge(({ caFile }) => {
          const digest = { username: 'voxkeep', password: 'env:P', realm }
          const outbound = { host: '127.0.0.1', port: calls, caFile, health: { intervalMs: 0 }, digest }
          // It opens a connection of its own for what phones send within a call.
          return [{ id: 'carrier', allowedAddresses: ['127.0.0.1'], outbound }]
        }),
      )
      const { certPem, keyPem } = await edge.pki.issue(['127.0.0.1'], { client: true })
      const files = { certFile: join(edge.folder, 'k.pem'), keyFile: join(edge.folder, 'k.key') }
      await writeFile(files.certFile, certPem)
      await writeFile(files.keyFile, keyPem, { mode: 0o600 })
      const { caFile, folder } = edge
      stack.use(
        await startKamailioCarrier({
          folder: join(folder, 'kamailio'),
          ports: { calls, phones },
          phones: phonePorts,
          digest: { realm, password: 'p4ss', algorithm },
          caFile,
          ...files,
        }),
      )
    })
    after(() => stack.disposeAsync())

    async function phone(index: number, plan: AnswerPlan): Promise<AnsweringPhone> {
      const { certPem: cert, keyPem: key } = await edge.pki.issue(['127.0.0.1'])
      return answerCalls({ port: phonePorts[index] ?? 0, cert, key, decide: () => plan })
    }

    test('interop 23, 30: place() is let in, and hangs up through the proxy', async () => {
      await using callee = await phone(0, { kind: 'answer' })
      const call = edge.place('carrier', { to: 'first' })
      await call.answered
      const taken = await callee.nextCall()
      await taken.whenUp
      assert.equal(taken.invite.headers.getAll('Record-Route').length, 2)
      assert.ok(!taken.invite.headers.has('Proxy-Authorization'))
      assert.equal(await taken.hold(), true)
      assert.equal(await taken.resume(), true)
      await call.hangup()
      assert.deepEqual(await taken.whenEnded, { why: 'remote-hung-up' })
      assert.deepEqual(call.ended, ['gateway-hung-up'])
    })

    test('interop 26: place() rings two phones through the proxy, and the one that answers has the call', async () => {
      await using first = await phone(0, { kind: 'ring' })
      await using second = await phone(1, { kind: 'answer', afterMs: 200 })
      const call = edge.place('carrier', { to: 'both' })
      await call.answered
      assert.deepEqual(await (await first.nextCall()).whenEnded, { why: 'remote-hung-up' })
      const taken = await second.nextCall()
      await taken.whenUp
      taken.hangup()
      assert.equal(await call.over, 'caller-hung-up')
    })

    test('interop 25: place() cancels a call that rings behind the proxy', async () => {
      await using callee = await phone(0, { kind: 'ring' })
      const call = edge.place('carrier', { to: 'first' })
      await call.until('received', '180')
      await call.hangup()
      assert.deepEqual(await call.failed, { why: 'cancelled', elsewhere: false })
      assert.deepEqual(await (await callee.nextCall()).whenEnded, { why: 'remote-hung-up' })
    })
  })
}
