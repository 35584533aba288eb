import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createPki } from '@voxkeep/pki'

const main = fileURLToPath(import.meta.resolve('@voxkeep/example-echo/main'))

test('main.ts says when it is ready, on SIGUSR2 how its audio came, and on SIGTERM reports its counts and ends', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-echo-'))
  t.after(() => rm(dir, { recursive: true }))
  const { certPem, keyPem } = await (await createPki()).issue(['127.0.0.1'])
  await writeFile(join(dir, 'app.pem'), certPem)
  await writeFile(join(dir, 'app.key'), keyPem, { mode: 0o600 })
  await writeFile(join(dir, 'secret'), `whsec_${'A'.repeat(32)}\n`, { mode: 0o600 })
  const config = { port: 0, certFile: 'app.pem', keyFile: 'app.key', secretFiles: ['secret'] }
  await writeFile(join(dir, 'echo.json'), JSON.stringify(config))
  const child = spawn(process.execPath, [main, '--config', join(dir, 'echo.json')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  child.stdout.setEncoding('utf8')
  const [ready] = (await once(child.stdout, 'data')) as [string]
  assert.match(ready, /^\{"ready":true,"webhookUrl":"https:\/\/127\.0\.0\.1:\d+\/voxkeep"/)
  const gaps = once(child.stdout, 'data') as Promise<[string]>
  child.kill('SIGUSR2')
  assert.deepEqual(JSON.parse((await gaps)[0]), { gaps: { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 } })
  const report = once(child.stdout, 'data') as Promise<[string]>
  child.kill('SIGTERM')
  assert.equal((JSON.parse((await report)[0]) as { calls: number }).calls, 0)
  assert.deepEqual(await exited, [0, null])
})

test('main.ts explains itself without a configuration', async () => {
  const child = spawn(process.execPath, [main], { stdio: 'ignore' })
  assert.deepEqual(await once(child, 'exit'), [2, null])
})
