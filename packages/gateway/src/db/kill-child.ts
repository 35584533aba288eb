import { silentLog, type AppId } from '#kernel'
import { dialUsageStore, openDatabase } from './index.ts'
import { toySeal } from './toy-seal.ts'

// Run by open-embedded.test.ts: writes rows and says the number of each once it is durable, until it is killed.
const db = await openDatabase({ dir: process.argv[2] ?? '', log: silentLog, seal: toySeal })
const store = dialUsageStore(db)
for (let count = 1; ; count++) {
  await store.stop(`app-${count}` as AppId, 0)
  process.stdout.write(`${count}\n`)
}
