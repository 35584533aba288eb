import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { killRounds, type KillReport } from './support/keep-kills.ts'
import { keepPlaces, startPlaces, withoutPlaces } from './support/keep-places.ts'

/** How many kills in all; what does not fit into the time is left out unless a number is asked for. */
const wanted = process.env['VOXKEEP_KILLS']
const share = { embedded: 0.4, 'postgres-s3-vault': 0.3, 'postgres-hsm': 0.3 } as const
const seed = Number(process.env['VOXKEEP_SEED'] ?? 1)

for (const place of keepPlaces)
  describe(`kill -9 at any moment, ${place}`, { skip: withoutPlaces(place) }, () => {
    test('nothing that was said to be kept is lost, no log forks, and every sealed recording opens', async (t) => {
      await using places = await startPlaces(place)
      const kills = Math.round(Number(wanted ?? 200) * share[place])
      const report: KillReport = await killRounds({
        places,
        seed,
        kills,
        withinMs: wanted === undefined ? 8_000 : Infinity,
      })
      t.diagnostic(JSON.stringify(report))
      assert.deepEqual(report.wrong, [])
      assert.ok(report.kills > (wanted === undefined ? 0 : kills - 1))
      assert.ok(report.entries > 10 && report.recordings > 0, JSON.stringify(report))
    })
  })
