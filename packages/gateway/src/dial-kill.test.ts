import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { dialUsageStore, openDatabase } from '#db'
import { fakeClock, silentLog } from '#kernel'
import { layCluster } from './db/test-cluster.ts'
import { databaseCode } from './db/test-wasm.ts'
import { openTestGuard } from './dialing/test-guard.ts'

const minute = 60_000
const noon = Math.floor(Date.now() / 86_400_000) * 86_400_000 + 12 * 60 * minute

test('openDialing() counts a call that kill -9 cut short, over the real database', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-dialing-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  await Promise.all([layCluster(dir), databaseCode])
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'dialing/kill-child.ts'), dir, String(noon)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')

  await using database = await openDatabase({
    dir,
    log: silentLog,
    seal: { seal: (text) => text, open: (text) => text },
  })
  const store = dialUsageStore(database)
  const clock = fakeClock(noon)
  const [lost] = (await store.load({ attemptsAfterMs: 0, day: '', hour: 0 })).open
  assert.ok(lost !== undefined, 'the call that was up is there')
  clock.advance(lost.startedAtMs - clock.now() + 20 * minute) // the gateway stays down for that long
  const limits = { concurrent: 3, perMinute: 4, minutesPerDay: 60 }
  const { place, guard } = await openTestGuard({ limits }, { clock, store })
  const left = 3 * (await place()).maxDurationMs
  assert.ok(left > 39 * minute && left <= 40 * minute, `${left / minute} minutes are left of 60`)
  await guard.settled()
  const { open, hours } = await store.load({ attemptsAfterMs: 0, day: '', hour: 0 })
  assert.equal(open.length, 1)
  assert.equal(
    hours.reduce((sum, { attempts }) => sum + attempts, 0),
    3,
  )
})
