import assert from 'node:assert/strict'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import {
  makeConsistencyProof,
  nodesOfTiles,
  openCheckpoint,
  parseNote,
  parseTile,
  parseTlogProof,
  parseVerifierKey,
} from '@voxkeep/tlog'
import { parse, stringify } from 'yaml'
import { runCli } from './support/cli.ts'
import { without } from './support/counterpart.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { buildGoVerifier } from './support/go-verifier.ts'

const scopes = ['tokens:admin', 'calls:read', 'audit:read', 'audit:admin'] as const

const auditSection = (more: object) => (settings: Settings) => {
  settings['audit'] = { deployment: 'a.example', checkpoints: { everyS: 1 }, ...more }
}
const act = async ({ api }: GatewayProcess, count: number) => {
  for (let n = 0; n < count; n++) await api.tokens.create({ name: `t${n}`, scopes: ['calls:read'] })
}
const sizeOf = (checkpoint: string) => Number(checkpoint.split('\n')[1])

async function reconfigure(
  gateway: GatewayProcess,
  change: (settings: Settings) => void,
  meanwhile: () => Promise<void>,
): Promise<void> {
  await gateway.stop()
  await meanwhile()
  const path = gateway.deployment.configPath
  const settings = parse(await readFile(path, 'utf8')) as Settings
  change(settings)
  await writeFile(path, stringify(settings))
  await gateway.restart()
}

/** The newest checkpoint of at least this size, and with so many signatures. */
async function untilSigned(gateway: GatewayProcess, size: number, signatures = 2): Promise<string> {
  for (let tries = 0; tries < 150; tries++) {
    const note = await gateway.api.audit.checkpoint()
    if (sizeOf(note) >= size && (parseNote(note)?.signatures.length ?? 0) >= signatures) return note
    await setTimeout(200)
  }
  throw new Error(`nobody signed:\n${gateway.process.output().slice(-2_000)}`)
}

describe('an audit log that proves itself', { timeout: 240_000 }, () => {
  test(
    'is exported, verified offline, and its damage is named; Go agrees',
    { skip: without('go') },
    async () => {
      await using gateway = await startGateway({
        scopes,
        configure(settings) {
          auditSection({})(settings)
          settings['objects'] = { place: { audit: 'local' } }
        },
      })
      const { audit } = gateway.api
      await act(gateway, 20)
      const older = await untilSigned(gateway, 20)
      await act(gateway, 20)
      await untilSigned(gateway, sizeOf(older) + 20)
      const folder = await gateway.folder()
      const at = (name: string) => join(folder, name)

      // Keys and an old checkpoint are noted elsewhere; later the log is taken away and verified without the gateway.
      await writeFile(at('keys'), (await runCli(gateway, 'audit', 'keys')).output)
      await writeFile(at('noted'), older)
      const exported = await runCli(gateway, 'audit', 'export', at('log'))
      assert.equal(exported.code, 0, exported.output)
      const proved = await runCli(gateway, 'audit', 'prove', '7', '--out', at('proof'))
      assert.equal(proved.code, 0, proved.output)
      const { data } = await audit.list({ type: 'audit.export' })
      assert.equal(data.length, 1, 'the export is in the log')

      const anchors = join(gateway.deployment.dataDir, 'objects/checkpoints')
      for (const log of ['default', '_logs']) assert.notDeepEqual(await readdir(join(anchors, log)), [])

      const trust = ['--key', at('keys')] as const
      const intact = await runCli(gateway, 'audit', 'verify', at('log'), ...trust, '--known', at('noted'))
      assert.equal(intact.code, 0, intact.output)
      assert.match(intact.output, /the log is intact/)
      const shown = await runCli(gateway, 'audit', 'verify-proof', at('proof'), ...trust)
      assert.equal(shown.code, 0, shown.output)
      assert.match(shown.output, /entry 7 of a\.example\/audit\/default is proven/)

      const log = await readFile(at('log'), 'utf8')
      await writeFile(at('forged'), log.replace('"name":"t3"', '"name":"t4"'))
      const forged = await runCli(gateway, 'audit', 'verify', at('forged'), ...trust)
      assert.equal(forged.code, 1, forged.output)
      assert.match(forged.output, /entry \d+ was altered/)
      await writeFile(at('cut'), log.split('\n').toSpliced(9, 1).join('\n'))
      assert.match(
        (await runCli(gateway, 'audit', 'verify', at('cut'), ...trust)).output,
        /entry 8 was removed/,
      )
      assert.equal((await runCli(gateway, 'audit', 'verify', at('nothing'), ...trust)).code, 1)
      assert.equal((await runCli(gateway, 'audit', 'check')).code, 0)

      // What we signed and proved, judged by golang.org/x/mod/sumdb.
      await using go = await buildGoVerifier()
      const text = await audit.proof(7)
      const proof = parseTlogProof(text)
      assert.ok(proof)
      const entry = Buffer.from(proof.extra ?? []).toString('utf8')
      const size = sizeOf(proof.checkpoint)
      const hashes = parseTile(await audit.tile(`0/000.p/${size}`)) ?? []
      const consistency = await makeConsistencyProof(
        sizeOf(older),
        size,
        nodesOfTiles(async () => [hashes]),
      )
      const key =
        (await audit.keys()).data
          .map((one) => one.key)
          .find((one) => parseVerifierKey(one)?.kind === 'ed25519') ?? ''
      const claim = {
        key,
        older,
        newer: proof.checkpoint,
        consistency,
        entry,
        index: 7,
        inclusion: proof.proof,
      }
      assert.equal(await go.check(claim), size)
      await assert.rejects(go.check({ ...claim, entry: `${entry} ` }), /invalid transparency proof/)
      await assert.rejects(
        go.check({ ...claim, consistency: consistency.toReversed() }),
        /invalid transparency proof/,
      )
      await assert.rejects(
        go.check({ ...claim, newer: proof.checkpoint.replace(`\n${size}\n`, `\n${size + 1}\n`) }),
      )
    },
  )

  test('is witnessed by another gateway, which says so when the log was rolled back', async () => {
    await using gateway = await startGateway({ scopes, configure: auditSection({}) })
    const own = (await gateway.api.audit.keys()).data.map(({ key }) => key)
    await using other = await startGateway({
      scopes,
      configure: auditSection({
        deployment: 'b.example',
        witness: { name: 'b.example/witness', logs: [{ origin: 'a.example/audit/default', keys: own }] },
      }),
    })
    const { witness: keys } = await other.api.audit.keys()
    const witness = {
      name: 'other',
      url: `https://localhost:${other.apiPort}/v1/audit/witness`,
      keys,
      caFile: other.deployment.caFile,
    }
    const { dataDir } = gateway.deployment
    const snapshot = join(await other.folder(), 'snapshot')
    await reconfigure(gateway, auditSection({ witnesses: [witness], quorum: 1 }), () =>
      cp(dataDir, snapshot, { recursive: true }),
    )
    await act(gateway, 9)
    const verifiers = [...own, ...keys].map(parseVerifierKey).filter((key) => key !== undefined)
    const cosigned = await untilSigned(gateway, 10, 4)
    const opened = openCheckpoint(cosigned, verifiers)
    assert.ok(opened.ok)
    assert.equal(opened.by.filter(({ key }) => key.name === 'b.example/witness').length, 2)

    // Somebody puts an older copy of everything back, keys and all. By itself it is flawless; only the witness knows better.
    await gateway.stop()
    await rm(dataDir, { recursive: true })
    await cp(snapshot, dataDir, { recursive: true })
    await gateway.restart()
    await act(gateway, 1)
    assert.equal((await gateway.api.audit.verify()).ok, true)
    await gateway.process.until(/"type":"audit\.tampered".*the witness saw a longer log/, 20_000)
  })
})
