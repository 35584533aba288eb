import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Counts } from './counts-reporter.ts'
import { unitFlags } from './test-plan.ts'

/** Runs a test file as `voxkeep test` runs unit tests. */
function run(code: string): Counts & { readonly status: number | null } {
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-counts-'))
  try {
    const file = join(dir, 'some.test.mjs')
    writeFileSync(file, `import { test } from 'node:test'\n${code}`)
    const reporter = `--test-reporter=${join(import.meta.dirname, 'counts-reporter.ts')}`
    const destinations = ['stderr', join(dir, 'counts.json')].map((to) => `--test-reporter-destination=${to}`)
    const { NODE_TEST_CONTEXT: _, ...env } = process.env
    const { status } = spawnSync(
      process.execPath,
      ['--test', ...unitFlags, ...destinations.toSpliced(1, 0, reporter), file],
      { env, timeout: 30_000 },
    )
    return { status, ...(JSON.parse(readFileSync(join(dir, 'counts.json'), 'utf8')) as Counts) }
  } finally {
    rmSync(dir, { recursive: true })
  }
}

test('counts() tells what passed, what failed and why, and what was skipped', () => {
  const { failures, ...numbers } = run(`
    test('good', () => {})
    test('bad', () => { throw new Error('the reason') })
    test('left out', { skip: true }, () => {})`)
  assert.deepEqual(numbers, { status: 1, passed: 1, failed: 1, skipped: 1 })
  assert.match(failures.join(), /some\.test\.mjs: bad\nError: the reason/)
})

test('counts() names an error that comes when its test is over, for which the run ends with status 1', () => {
  const { failures, ...numbers } = run(`
    test('throws too late', () => void setTimeout(() => { throw new Error('the reason') }, 10))
    test('another', () => new Promise((resolve) => setTimeout(resolve, 100)))`)
  assert.deepEqual(numbers, { status: 1, passed: 2, failed: 1, skipped: 0 })
  assert.match(failures.join(), /throws too late.*the reason/)
})

test('counts() names what tests left open, and the run ends', () => {
  const { failures, ...numbers } = run(`
    import { createSocket } from 'node:dgram'
    test('leaves a socket', () => void createSocket('udp4').bind(0, '127.0.0.1'))`)
  assert.deepEqual(numbers, { status: 0, passed: 1, failed: 1, skipped: 0 })
  assert.deepEqual(failures, ['after the last test there is still open: UDPWrap'])
})
