import assert from 'node:assert/strict'
import { execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { lstat, mkdtemp, readFile, realpath, rm } from 'node:fs/promises'
import { request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { promisify } from 'node:util'
import { freePorts } from '@voxkeep/deployment'
import { Webhook } from 'standardwebhooks'

const root = join(import.meta.dirname, '../../..')
const run = promisify(execFile)
/** As outside of this checkout: nothing of its `node_modules` is found, only a Node that is new enough. */
const { NODE_TEST_CONTEXT: _, ...given } = process.env
const env = {
  ...given,
  PATH: [
    dirname(process.execPath),
    ...(given['PATH'] ?? '').split(':').filter((folder) => !folder.startsWith(root)),
  ].join(':'),
}

/** Why nothing can be installed here. In CI it can be. */
function missing(): string | false {
  if (process.env['CI']) return false
  try {
    const quick = { stdio: 'ignore', timeout: 15_000 } as const
    execFileSync('npm', ['view', 'typescript', 'version', '--fetch-retries=0'], quick)
    return false
  } catch {
    return 'npm or the npm registry is missing'
  }
}

async function newApp(t: TestContext): Promise<string> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'voxkeep-new-')))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const folder = join(dir, 'my-agent')
  const [sip, api, app] = (await freePorts(3)).map(String)
  const ports = ['--sip-port', sip, '--api-port', api, '--app-port', app] as string[]
  await run(join(root, 'voxkeep'), ['new', folder, ...ports], { cwd: dir, env })
  return folder
}

/** Starts it as its README says; resolves with where it listens. */
async function start(t: TestContext, folder: string): Promise<string> {
  const app = spawn('npm', ['start', '--silent'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true, // a process group, which is ended as a whole
  })
  const closed = once(app, 'close')
  t.after(async () => {
    if (app.exitCode === null) process.kill(-(app.pid ?? 0), 'SIGTERM')
    await closed
  })
  for await (const line of createInterface({ input: app.stdout })) {
    if (line.startsWith('{"ready":true')) return (JSON.parse(line) as { webhookUrl: string }).webhookUrl
  }
  throw new Error('it ended before it was ready')
}

/** Asks it as its gateway does, with the secret and the authority of its own deployment. */
async function ask(folder: string, url: string, secret?: string) {
  const read = async (name: string) => (await readFile(join(folder, 'gateway', name), 'utf8')).trim()
  const ca = await read('tls/ca.pem')
  const now = new Date()
  const data = { call_id: 'call_1', from: '+12025550143', to: 'hello' }
  const body = JSON.stringify({ type: 'call.incoming', timestamp: now.toISOString(), data })
  const asking = httpsRequest(url, {
    method: 'POST',
    ca,
    agent: false,
    headers: {
      'webhook-id': 'evt_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret ?? (await read('secrets/webhook'))).sign('evt_1', now, body),
    },
  })
  asking.end(body)
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  return { status: answer.statusCode, body: await text(answer) }
}

test(
  'voxkeep new makes an app that stands on its own: installed, type-checked, tested, started, it answers its gateway and nobody else',
  { timeout: 60_000, skip: missing() },
  async (t) => {
    const folder = await newApp(t)
    const sdk = join(folder, 'node_modules/@voxkeep/sdk')
    assert.ok((await lstat(sdk)).isSymbolicLink())
    assert.equal(await realpath(sdk), join(folder, 'vendor/voxkeep-sdk'))
    // The compiler is the app's own.
    assert.ok((await realpath(join(folder, 'node_modules/.bin/tsc'))).startsWith(folder))
    await run('npm', ['run', 'types'], { cwd: folder, env })
    await run('npm', ['test'], { cwd: folder, env })

    const url = await start(t, folder)
    const { status, body } = await ask(folder, url)
    const { actions } = JSON.parse(body) as { actions: { type: string; url?: string }[] }
    assert.equal(status, 200)
    assert.deepEqual(
      actions.map((action) => [action.type, action.url]),
      [
        ['answer', undefined],
        ['stream', url.replace('https:', 'wss:').replace('/voxkeep', '/stream')],
      ],
    )
    const another = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    assert.equal((await ask(folder, url, another)).status, 401)
  },
)
