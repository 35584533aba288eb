import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createPki } from '@voxkeep/pki'
import { FakeGateway, type FakeOptions } from './fake-gateway.ts'
import { loadCalls, loadRounds, type LoadPhase } from './index.ts'

const pki = await createPki()
const { certPem, keyPem } = await pki.issue(['127.0.0.1'])

async function gateway(t: TestContext, options: Partial<FakeOptions> = {}): Promise<FakeGateway> {
  const started = await FakeGateway.start({ cert: certPem, key: keyPem, ...options })
  t.after(() => started.close())
  return started
}

const load = {
  host: '127.0.0.1',
  from: 'load',
  to: 'echo',
  calls: 20,
  ratePerSecond: 200,
  seconds: 0.3,
  settleMs: 20,
}

test('loadCalls() measures calls through an echo', async (t) => {
  const fake = await gateway(t)
  const phases: LoadPhase[] = []
  const onPhase = (phase: LoadPhase) => phases.push(phase)
  const report = await loadCalls({ ...load, port: fake.port, ca: pki.caPem, connections: 3, onPhase })
  assert.deepEqual([report.calls, report.answered, report.failures], [20, 20, {}])
  assert.ok(report.framesSent >= 100, `${report.framesSent} frames`) // 300 on a machine that is not busy
  assert.equal(report.framesReturned, report.framesSent)
  assert.deepEqual([report.lossPercent, report.framesMisrouted, report.packetsRefused], [0, 0, 0])
  assert.ok(report.rttP50Ms > 0 && report.rttP50Ms <= report.rttP99Ms)
  assert.ok(report.setupP50Ms > 0 && report.ownCpuPercent > 0)
  assert.deepEqual(phases, ['ramp', 'up', 'steady', 'ending'])
  const methods = fake.requests.map(({ method }) => method)
  assert.equal(methods.filter((method) => method === 'BYE').length, 20)
})

test('loadRounds() reports each round for itself', async (t) => {
  const fake = await gateway(t)
  const options = { ...load, port: fake.port, ca: pki.caPem, calls: 4, seconds: 0.2, drainMs: 50, rounds: 2 }
  const [first, second] = await loadRounds(options)
  assert.ok(first && second)
  assert.deepEqual([first.lossPercent, second.lossPercent], [0, 0])
  // Ten frames a call and round at the most: what the first round sent does not count in the second.
  assert.ok(second.framesSent > 0 && second.framesSent <= 4 * 12, `${second.framesSent} frames`)
})

test('loadCalls() ends calls in the middle of a run and places others in their stead', async (t) => {
  const fake = await gateway(t)
  const options = { ...load, port: fake.port, ca: pki.caPem, calls: 3, seconds: 1.7, churnMs: 150 }
  const report = await loadCalls(options)
  assert.deepEqual(report.failures, {})
  assert.ok(report.answered > 3, `${report.answered} answered`)
  assert.equal(report.framesReturned, report.framesSent)
  const methods = fake.requests.map(({ method }) => method)
  assert.equal(methods.filter((method) => method === 'BYE').length, report.answered)
})

test('loadCalls() sets up short calls in quick succession', async (t) => {
  const fake = await gateway(t)
  const options = { ...load, port: fake.port, ca: pki.caPem, calls: 3, seconds: 0.5, churnMs: 20 }
  const report = await loadCalls(options)
  assert.deepEqual(report.failures, {})
  assert.ok(report.answered > 6, `${report.answered} answered`)
})

test('loadCalls() counts refused calls by reason', async (t) => {
  const fake = await gateway(t, { reject: 503 })
  const report = await loadCalls({
    ...load,
    port: fake.port,
    ca: pki.caPem,
    calls: 5,
    seconds: 0.01,
    drainMs: 0,
  })
  assert.equal(report.answered, 0)
  assert.deepEqual(report.failures, { 'rejected 503': 5 })
  assert.equal(report.lossPercent, 100)
})

test('loadCalls() counts calls that are lost on the way', async (t) => {
  const fake = await gateway(t)
  const onPhase = (phase: LoadPhase) => phase === 'steady' && fake.dropConnections()
  const report = await loadCalls({ ...load, port: fake.port, ca: pki.caPem, calls: 3, onPhase, drainMs: 0 })
  assert.deepEqual(report.failures, { 'connection-lost': 3 })
})

test('loadCalls() stops when it is aborted', async (t) => {
  const fake = await gateway(t)
  const controller = new AbortController()
  const onPhase = (phase: LoadPhase) => phase === 'steady' && controller.abort(new Error('enough'))
  const options = { ...load, port: fake.port, ca: pki.caPem, seconds: 60, onPhase, signal: controller.signal }
  await assert.rejects(loadCalls(options), /enough/)
})

test('load-main.ts runs as a process of its own and prints phases and report', async (t) => {
  const fake = await gateway(t)
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-load-'))
  t.after(() => rm(dir, { recursive: true }))
  await writeFile(join(dir, 'ca.pem'), pki.caPem)
  const options = { ...load, port: fake.port, calls: 2, seconds: 0.1, caFile: join(dir, 'ca.pem') }
  await writeFile(join(dir, 'load.json'), JSON.stringify(options))
  const main = fileURLToPath(import.meta.resolve('@voxkeep/softphone/load-main'))
  const child = spawn(process.execPath, [main, join(dir, 'load.json')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = (await text(child.stdout)).trim().split('\n')
  const phases = ['ramp', 'up', 'steady', 'ending'].map((phase) => JSON.stringify({ phase }))
  assert.deepEqual(lines.slice(0, 4), phases)
  const { report } = JSON.parse(lines[4] ?? '') as { report: { answered: number } }
  assert.equal(report.answered, 2)
})
