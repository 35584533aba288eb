import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { text } from 'node:stream/consumers'

const root = join(import.meta.dirname, '../../..')
const budgetMs = 60_000

interface Ran {
  readonly code: number | null
  readonly output: string
  readonly errors: string
  readonly tookMs: number
}

async function run(args: readonly string[], temporary: string): Promise<Ran> {
  const startedMs = performance.now()
  const child = spawn(join(root, 'voxkeep'), args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // npm, which `./voxkeep` may have to run first, would leave its own compile cache there.
    env: { ...process.env, TMPDIR: temporary, NODE_DISABLE_COMPILE_CACHE: '1' },
  })
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { code, output, errors, tookMs: performance.now() - startedMs }
}

test('voxkeep demo --json carries one encrypted call through everything and proves it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'voxkeep-e2e-'))
  t.after(() => rm(folder, { recursive: true }))
  const { code, output, errors, tookMs } = await run(
    ['demo', '--json', '--out', join(folder, 'report')],
    folder,
  )
  assert.equal(code, 0, errors)
  assert.equal(output.trimEnd().split('\n').length, 1)
  const { setupMs, stream, recording, ...rest } = JSON.parse(output) as Record<string, unknown>
  assert.deepEqual(rest, {
    ok: true,
    sipTls: 'TLSv1.3',
    srtpSuite: 'AEAD_AES_256_GCM',
    webhookVerified: true,
    plaintextFound: false,
  })
  const { framesIn, framesOut, rttP50Ms, rttP99Ms, ...noMore } = stream as Record<string, number>
  assert.deepEqual(noMore, {})
  assert.ok(Number(setupMs) > 0 && Number(setupMs) < 5_000, `set up in ${String(setupMs)} ms`)
  assert.ok(Number(framesIn) > 600 && Number(framesOut) > 600, `${framesIn} in, ${framesOut} out`)
  assert.ok(Number(rttP50Ms) > 0 && Number(rttP50Ms) <= Number(rttP99Ms), `${rttP50Ms}, ${rttP99Ms} ms`)
  const { correlation, ...kept } = recording as Record<string, unknown>
  assert.deepEqual(kept, { sealed: true, verified: true })
  assert.ok(Number(correlation) >= 0.98, `alike by ${String(correlation)}`)
  assert.ok(tookMs < budgetMs, `${tookMs} ms`)
  assert.deepEqual(await readdir(folder), ['report'], 'the deployment is removed')
  assert.match(await readFile(join(folder, 'report/report.html'), 'utf8'), /All is well/)
})
