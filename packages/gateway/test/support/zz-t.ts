import { mkdtemp } from 'node:fs/promises'
import { benchAppend } from './bench-audit.ts'
import { keptConfig, openKept, prepareKept } from './kept.ts'
import { startPostgres } from './postgres.ts'
await using server = await startPostgres()
const dir = await mkdtemp('/tmp/t-zz-')
const config = keptConfig(dir, { keys: { recheckMs: 1000 }, audit: { checkpoints: { everyS: 5, everyEntries: 10_000 } }, database: (await server.createDatabase()).settings })
await prepareKept(config)
await using kept = await openKept(config)
let total = 0
const until = Date.now() + 200_000
for (let i = 0; Date.now() < until; i++) {
  const n = 2000 + ((i * 7919) % 9000)
  const r = await benchAppend(kept, 'acme' as any, n)
  total += n + 1
  const reader = await kept.signing.reader.checkpoint('acme' as any)
  const state = await (await kept.audit.log('acme' as any)).state()
  if (reader?.size !== total || state.size !== total) console.log('MISMATCH', total, reader?.size, state.size)
}
console.log('done', total)
