import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

/** Of what starts programs, each where no file is left to be opened. */
const script = `
  import { openSync } from 'node:fs'
  const [{ programLine }, { programVoice }, { programComparer }] = await Promise.all(
    ['program-line', 'program-voice', 'verifier-program'].map((name) => import(process.env.FOLDER + '/' + name + '.ts')),
  )
  const clock = { set: () => () => {} }
  const command = ['/bin/cat']
  const { signal } = new AbortController()
  const sample = { tenant: 'acme', subject: 'anna', ulaw: new Uint8Array(800) }
  const told = []
  const failed = (error) => void told.push(error.code)
  await import('node:stream/promises')
  try { for (;;) openSync('/dev/null') } catch {}
  await programComparer({ command, timeoutMs: 1000 }, { clock, env: {} }).compare(sample, signal).catch(failed)
  await programVoice({ command, env: {}, text: '', timeoutMs: 1000 }, clock, signal).next().catch(failed)
  programLine({ command, env: {} }, { closed: (why) => told.push(why), opened() {}, message() {} })
  process.on('exit', () => console.log(told.join(' ')))
`

test('startProgram() throws where there are no files to be had, and the process lives on', () => {
  const node = [process.execPath, '--input-type=module', '-e', script]
  const output = execFileSync('/bin/sh', ['-c', 'ulimit -n 64; exec "$@"', 'sh', ...node], {
    env: { ...process.env, FOLDER: import.meta.dirname },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  assert.equal(output, 'VERIFIER_FAILED VOICE_FAILED failed\n')
})
