import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { freePorts } from '@voxkeep/deployment'
import { parseWav } from '@voxkeep/wire/wav'

const root = join(import.meta.dirname, '../../..')
const main = join(root, 'packages/cli/src/main.ts')
const echo = join(root, 'examples/echo/src/main.ts')

interface Ran {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

async function voxkeep(...args: readonly string[]): Promise<Ran> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  return { code, output, errors }
}

async function json(...args: readonly string[]): Promise<Record<string, unknown>> {
  const { code, output, errors } = await voxkeep(...args, '--json')
  assert.equal(code, 0, errors)
  return JSON.parse(output) as Record<string, unknown>
}

/** Starts a program and waits for its first line, which says that it is ready. */
async function started(...args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  assert.equal((JSON.parse(line) as { ready: unknown }).ready, true)
  return child
}

async function stopped(child: ChildProcess): Promise<number | null> {
  const exit = once(child, 'exit') as Promise<[number | null]>
  child.kill('SIGTERM')
  return (await exit)[0]
}

/** The receipt and the recording are complete a moment after the phone has hung up. */
async function ended(id: string, config: readonly string[]): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    const call = await json('calls', 'show', id, ...config)
    assert.equal(call['id'], id)
    if (call['state'] === 'ended') return
  }
  assert.fail('the call did not end')
}

test('the first call of the README works: init, doctor, up, call, calls, recordings, tokens', async (t) => {
  const dir = join(await mkdtemp(join(tmpdir(), 'voxkeep-first-')), 'deployment')
  t.after(() => rm(join(dir, '..'), { recursive: true }))
  const [sip, api, app] = await freePorts(3)
  const ports = ['--sip-port', `${sip}`, '--api-port', `${api}`, '--app-port', `${app}`]
  const config = ['--config', join(dir, 'voxkeep.yaml')]

  await json('init', '--dir', dir, ...ports)
  assert.match((await voxkeep('init', '--dir', dir, ...ports)).errors, /there is a configuration already/)
  const early = await voxkeep('doctor', ...config)
  assert.equal(early.code, 1)
  assert.match(
    early.output,
    /^ok {4}ports: sip\.listen[\s\S]*FAIL {2}apps: .*no connection[\s\S]*-> Is the app running/m,
  )
  const app_ = await started(echo, '--config', join(dir, 'echo.json'))
  t.after(() => app_.kill())
  const gateway = await started(main, 'up', ...config)
  t.after(() => gateway.kill())
  const findings = (await json('doctor', ...config)) as unknown as { about: string; state: string }[]
  assert.deepEqual(
    findings.filter(({ state }) => state === 'fault'),
    [],
  )
  assert.ok(
    findings.some(({ about }) => about === 'gateway'),
    'it found the one that runs',
  )

  const heard = join(dir, 'heard.wav')
  const offer = ['--suite', 'AES_CM_128_HMAC_SHA1_80', '--codec', 'PCMA', '--dtmf', '1#', '--seconds', '3']
  const call = await json('call', ...config, ...offer, '--out', heard)
  assert.equal(call['answered'], true)
  assert.equal(call['srtpSuite'], 'AES_CM_128_HMAC_SHA1_80')
  assert.equal(call['codec'], 'PCMA')
  assert.ok(Number(call['heardMs']) > 1_000, `${String(call['heardMs'])} ms heard`)
  const wav = parseWav(await readFile(heard))
  assert.ok('data' in wav && wav.data.length === Number(call['heardMs']) * 16)

  const [listed] = (await json('calls', ...config))['data'] as { id: string }[]
  const id = listed?.id ?? ''
  await ended(id, config)
  const shown = await voxkeep('calls', 'show', id, ...config)
  assert.match(shown.output, /Story[\s\S]*answered[\s\S]*Security receipt[\s\S]*SIP ladder[\s\S]*INVITE/)
  assert.match((await voxkeep('calls', 'hangup', id, ...config)).errors, /^voxkeep: /)

  const [recording] = (await json('recordings', ...config))['data'] as { id: string; sha256: string }[]
  assert.match(
    (await json('recordings', 'show', recording?.id ?? '', ...config))['sha256'] as string,
    /^\w{64}$/,
  )
  const exported = join(dir, 'both.wav')
  await json(
    'recordings',
    'export',
    recording?.id ?? '',
    exported,
    '--from',
    '500',
    '--to',
    '1500',
    ...config,
  )
  assert.equal((await stat(exported)).mode & 0o777, 0o600)
  const both = parseWav(await readFile(exported))
  assert.ok('data' in both && both.channels === 2 && both.data.length === 32_000)
  await json('recordings', 'delete', recording?.id ?? '', ...config)

  const made = await json('tokens', 'create', 'reader', '--scopes', 'calls:read', '--days', '1', ...config)
  assert.match(made['token'] as string, /^vk_live_/)
  assert.equal((await json('tokens', 'revoke', made['id'] as string, ...config))['revoked'], true)
  assert.match((await voxkeep('tokens', ...config)).output, /reader +calls:read .*revoked/)
  assert.equal(await stopped(gateway), 0)
})

test('voxkeep call says what is wrong when there is no gateway', async () => {
  const [port] = await freePorts(1)
  const { code, output, errors } = await voxkeep('call', '--host', '127.0.0.1', '--port', `${port}`)
  assert.equal(code, 1)
  assert.equal(output, '')
  assert.match(errors, /voxkeep: no verified TLS connection to the gateway\n {2}because: .*ECONNREFUSED/)
})
