import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { commands } from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import { judgeCheckpoint, parseVerifierKey, verifyExport, type Checkpoint } from '@voxkeep/tlog'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { seeded } from './support/keep-kills.ts'
import { recordedSides } from './support/recorded.ts'
import { sayWhen } from './support/say-when.ts'
import { spoken } from './support/spoken.ts'

const rounds = process.env['VOXKEEP_KILLS'] === undefined ? 2 : 20
const chance = seeded(Number(process.env['VOXKEEP_SEED'] ?? 1))
const said = spoken(8)
/** What had not filled a segment of one second when the gateway died, or waited for late audio, is gone. */
const unsealedSeconds = 2.5

describe(
  'a gateway that is killed under calls, again and again',
  { timeout: 60_000 + rounds * 60_000 },
  () => {
    let gateway: GatewayProcess
    const known: Checkpoint[] = []
    before(async () => {
      gateway = await startGateway({
        decide: (_, streamUrl) => [commands.record(), commands.stream(streamUrl)],
        scopes: ['calls:read', 'recordings:read', 'audit:read'],
      })
    })
    after(() => gateway?.[Symbol.asyncDispose]())

    const policy = async () => {
      const { data } = await gateway.api.audit.keys()
      return { log: data.map(({ key }) => parseVerifierKey(key)).filter((key) => key !== undefined) }
    }

    for (let round = 0; round < rounds; round++)
      test(`round ${round + 1}: what was sealed opens, calls are ended, and the log continues every checkpoint that was noted`, async () => {
        const { app, api, sipPort: port, deployment } = gateway
        const names = [`one-${round}`, `two-${round}`]
        const from = '+12025550142'
        const calling = names.map((to) =>
          placeCall({
            host: '127.0.0.1',
            port,
            ca: deployment.caPem,
            from,
            to,
            speech: sayWhen(app.call(to).stream(), said),
          }),
        )
        const heardSeconds = 3 + chance() * 3
        const streams = await Promise.all(names.map((to) => app.call(to).stream()))
        await Promise.all(streams.map((stream) => stream.heard(heardSeconds)))
        const judged = judgeCheckpoint(await api.audit.checkpoint(), await policy())
        assert.ok(judged.ok)
        known.push(judged.checkpoint)
        await gateway.kill()
        await Promise.all(calling)
        await gateway.restart()

        for (const name of names) {
          const call = await app.call(name).id()
          assert.equal((await api.calls.get(call)).end_reason, 'gateway-crashed')
          const [recording, ...others] = await Array.fromAsync(api.recordings.list({ callId: call }))
          assert.deepEqual([recording?.state, others.length], ['recovered', 0])
          const [caller] = await recordedSides(api, recording?.id ?? '')
          assert.ok(
            caller.length / 8_000 > heardSeconds - unsealedSeconds,
            `${caller.length / 8_000} of ${heardSeconds} s`,
          )
        }
        const report = await verifyExport(chunks(await api.audit.export(0)), await policy(), known)
        assert.deepEqual(report.findings, [])
        assert.deepEqual((await api.audit.verify()).findings, [])
      })
  },
)

async function* chunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield chunk
}
