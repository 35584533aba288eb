import { silentLog, type TenantId } from '#kernel'
import { auditStore, openDatabase } from './index.ts'
import { toySeal } from './toy-seal.ts'

// Run by open-database.test.ts: appends rows and says the number of each once it is durable, until it is killed.
const db = await openDatabase({ dir: process.argv[2] ?? '', log: silentLog, seal: toySeal })
const store = auditStore(db)
for (let count = 1; ; count++) {
  await store.append([
    { seq: 999 + count, tenant: 'acme' as TenantId, call_id: null, body: 'x'.repeat(200), hash: 'h' },
  ])
  process.stdout.write(`${count}\n`)
}
