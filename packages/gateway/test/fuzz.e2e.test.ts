import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startProgram } from './support/program.ts'

const main = join(import.meta.dirname, '../fuzz/main.ts')

test(
  'everything that reads bytes of strangers stands half a minute of fuzzing',
  { timeout: 150_000 },
  async (t) => {
    await using fuzz = await startProgram({ command: process.execPath, args: [main, '--seconds', '30'] })
    const { code } = await fuzz.exited
    t.diagnostic(fuzz.output())
    assert.equal(code, 0, fuzz.output())
  },
)
