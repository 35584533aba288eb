import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { TenantId } from '#kernel'
import { benchAppend, benchProof, benchVerify } from './bench-audit.ts'
import { benchRewrap } from './bench-keys.ts'
import { benchSealing } from './bench-sealing.ts'
import { keptConfig, openKept, prepareKept } from './kept.ts'
import { startPostgres } from './postgres.ts'

// Run by the bench's scenario `keep`: writes one line of JSON with a figure for each thing that is kept.
const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '20' },
    entries: { type: 'string', default: '50000' },
    log: { type: 'string', default: '10000000' },
    objects: { type: 'string', default: '20000' },
  },
})
const [streams, seconds] = [Number(values.streams), Number(values.seconds)]
const [entries, log, objects] = [Number(values.entries), Number(values.log), Number(values.objects)]
const tenant = 'acme' as TenantId
const huge = 'huge' as TenantId

await using stack = new AsyncDisposableStack()
const dir = await mkdtemp(join(tmpdir(), 'voxkeep-bench-'))
stack.defer(() => rm(dir, { recursive: true, force: true }))
const sealing = await benchSealing(dir, streams, seconds)
const pglite = await onDatabase('pglite', {})
const server = stack.use(await startPostgres())
const postgresql = await onDatabase('postgresql', { database: (await server.createDatabase()).settings })
process.stdout.write(`${JSON.stringify({ keep: { sealing, pglite, postgresql } })}\n`)

async function onDatabase(name: string, sections: Readonly<Record<string, unknown>>) {
  const keys = { recheckMs: 1_000 }
  const audit = { checkpoints: { everyS: 5, everyEntries: 10_000 } }
  const config = keptConfig(join(dir, name), { keys, audit, ...sections })
  await prepareKept(config)
  await using kept = await openKept(config)
  const append = await benchAppend(kept, tenant, entries)
  const verify = await benchVerify(kept, tenant)
  const rewrap = await benchRewrap(kept, tenant, objects)
  const proof = await benchProof(kept, huge, log, 500)
  return { append, verify, rewrap, proof }
}
