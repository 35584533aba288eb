import { dialUsageStore, openDatabase } from '#db'
import { fakeClock, silentLog } from '#kernel'
import { openTestGuard } from './test-guard.ts'

// Run by dial-kill.test.ts: places calls, ends one, and says so once that is durable; the database's thread
// keeps it alive until it is killed.
const database = await openDatabase({
  dir: process.argv[2] ?? '',
  log: silentLog,
  seal: { seal: (text) => text, open: (text) => text },
})
// Limits are of a day: what stays down for twenty minutes must come up on the same one.
const noon = Number(process.argv[3])
const { place } = await openTestGuard(
  { limits: { concurrent: 3, perMinute: 4, minutesPerDay: 60 } },
  { clock: fakeClock(noon), store: dialUsageStore(database) },
)
const ended = await place()
ended.answered()
const open = await place()
open.answered()
await ended.ended()
process.stdout.write('placed\n')
