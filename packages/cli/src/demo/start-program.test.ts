import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { startProgram, type ProgramOptions } from './start-program.ts'

const ready = `console.error('a line for the log'); console.log(JSON.stringify({ ready: true }));`
const stopping = `process.once('SIGTERM', () => { console.log(JSON.stringify({ counted: 7 })); process.exit(3) });`
const waiting = 'setInterval(() => {}, 1e6);'

async function options(t: TestContext, script: string): Promise<ProgramOptions> {
  const folder = await mkdtemp(join(tmpdir(), 'voxkeep-program-'))
  t.after(() => rm(folder, { recursive: true }))
  return { name: 'test program', args: ['-e', script], logFile: join(folder, 'log') }
}

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('startProgram() waits for the ready line, and stop() gives the exit code and the last line', async (t) => {
  const started = await options(t, `${stopping}${waiting}${ready}`)
  const program = await startProgram(started)
  assert.equal(isRunning(program.pid), true)
  assert.deepEqual(await program.stop(), { code: 3, lastLine: { counted: 7 } })
  assert.equal(isRunning(program.pid), false)
  assert.equal(
    await readFile(started.logFile, 'utf8').then((log) => log.includes('a line for the log')),
    true,
  )
})

test('startProgram() rejects with what the program said when it ends too early', async (t) => {
  const failing = await options(t, `console.error('no such key'); process.exit(2)`)
  await assert.rejects(startProgram(failing), /the test program did not start: no such key/)
})

test('startProgram() ends a program that does not get ready', async (t) => {
  const silent = { ...(await options(t, waiting)), readyWithinMs: 300 }
  await assert.rejects(startProgram(silent), /did not start/)
})
