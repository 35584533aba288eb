import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { PrivacyReport } from './privacy.ts'

const root = join(import.meta.dirname, '../..')
const vectors = join(process.env['VOXKEEP_VECTORS'] ?? join(root, '../shared/vectors'), 'pii')

async function bench(): Promise<PrivacyReport> {
  const run = promisify(execFile)
  const { stdout } = await run(join(root, 'voxkeep'), ['bench', 'privacy', '--json'], {
    timeout: 200_000,
    maxBuffer: 4_000_000,
  })
  return JSON.parse(stdout) as PrivacyReport
}
const report = bench()
report.catch(() => {}) // each test that needs it fails by it

test('bench privacy finds numbers, names and addresses as well as docs/privacy.md says', async () => {
  const { structured, names, byType } = await report
  assert.ok(structured.recall >= 0.995 && structured.precision >= 0.97, JSON.stringify(structured))
  assert.ok(names.recall >= 0.9 && names.precision >= 0.9, JSON.stringify(names))
  for (const type of ['card', 'ssn', 'phone', 'iban', 'account', 'date-of-birth', 'person', 'address']) {
    const { count = 0, recall = 0 } = byType[type] ?? {}
    assert.ok(count >= 150 && recall >= 0.98, `${type}: ${recall} of ${count}`)
  }
})

test('bench privacy keeps up with text', async () => {
  // Well below what a core does by itself: tests share theirs.
  const { mbPerSecond } = await report
  assert.ok(mbPerSecond >= 2, String(mbPerSecond))
})

const skip = !existsSync(vectors) && !process.env['CI'] && 'set VOXKEEP_VECTORS to the folder with pii/*.json'
test(
  'bench privacy finds more of Presidio’s own set than Presidio published of itself',
  { skip },
  async () => {
    const { presidio } = await report
    assert.ok(presidio)
    assert.equal(presidio.sentences, 1_500)
    assert.ok(presidio.recall > 0.839 && presidio.precision > 0.87, JSON.stringify(presidio))
  },
)
