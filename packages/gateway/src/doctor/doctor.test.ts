import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { fakeClock, type Config } from '#kernel'
import type { HttpsAnswer, HttpsFailure, HttpsRequest } from '#webhook'
import { judgeDates } from './certificates.ts'
import { judgeRoom } from './disk.ts'
import { examineAll, messageOf } from './examine.ts'
import { fine } from './contract.ts'
import { keeping } from './keeping.ts'
import { judgeFiles, judgeMemory, judgeRuntime, openFilesOf } from './machine.ts'
import { judgeClock, peers } from './peers.ts'
import { judgeBind, judgeCount, ports } from './ports.ts'
import { speaks } from './voices.ts'

const noConfig = {} as Config
const day = 86_400_000

test('examineAll() makes what throws, and what never ends, a fault that says what to do', async () => {
  const clock = fakeClock()
  const never = { about: 'slow', examine: () => new Promise<never>(() => {}) }
  const broken = {
    about: 'broken',
    examine: () => Promise.reject(new Error('no', { cause: new Error('why') })),
  }
  const well = { about: 'well', examine: () => Promise.resolve([fine('well', 'it is')]) }
  const found = examineAll(noConfig, [never, broken, well], clock)
  clock.advance(10_000)
  const states = (await found).map(({ about, state, found: text }) => `${about} ${state}: ${text}`)
  assert.deepEqual(states, [
    'slow fault: it could not be examined: it took longer than 10 s',
    'broken fault: it could not be examined: no: why',
    'well fine: it is',
  ])
})

test('openFilesOf() reads the soft limit, and knows that there may be none', () => {
  const line = 'Max open files            1024                 524288               files     \n'
  assert.equal(openFilesOf(`Limit Soft Hard Units\n${line}`), 1_024)
  assert.equal(openFilesOf(line.replace('1024', 'unlimited')), Infinity)
  assert.equal(openFilesOf(''), undefined)
})

test('judgeRuntime() wants Node 26', () => {
  assert.deepEqual(
    ['22.9.0', '26.0.0', '100.1.0'].map((node) => judgeRuntime(node, '3.5').state),
    ['fault', 'fine', 'fine'],
  )
})

test('judgeFiles() and judgeMemory() warn when the calls that are allowed need more', () => {
  assert.equal(judgeFiles(1_024, 1_000).state, 'warning')
  assert.match(judgeFiles(1_024, 1_000).todo ?? '', /LimitNOFILE=6256/)
  assert.equal(judgeFiles(6_256, 1_000).state, 'fine')
  assert.equal(judgeMemory(200 * 1_048_576, 10).state, 'warning')
  assert.equal(judgeMemory(300 * 1_048_576, 10).state, 'fine')
})

test('judgeRoom() calls a disk full before it is', () => {
  assert.equal(judgeRoom(1_000_000_000, '/data').state, 'fault')
  assert.equal(judgeRoom(2_000_000_000, '/data').state, 'fine')
})

test('judgeDates() tells a certificate that is over, soon over, not yet good, and good', () => {
  const state = (fromMs: number, toMs: number) => judgeDates('api', fromMs, toMs, 100 * day).state
  assert.equal(state(0, 99 * day), 'fault')
  assert.equal(state(101 * day, 400 * day), 'fault')
  assert.equal(state(0, 113 * day), 'warning')
  assert.equal(state(0, 115 * day), 'fine')
})

test('judgeBind() says what to do for each way of not getting a port', () => {
  for (const code of ['EADDRINUSE', 'EACCES', 'EADDRNOTAVAIL', 'EWHATEVER'])
    assert.equal(judgeBind('api', '127.0.0.1', 8_443, code).state, 'fault')
  assert.equal(judgeBind('api', '127.0.0.1', 8_443, undefined).state, 'fine')
})

test('judgeCount() counts four ports for a bridged call', () => {
  const media = { portMin: 20_000, portMax: 20_399 } as Config['media']
  const calls = (maxConcurrent: number) => ({ maxConcurrent }) as Config['calls']
  assert.equal(judgeCount({ media, calls: calls(100) }).state, 'fine')
  assert.equal(judgeCount({ media, calls: calls(101) }).state, 'warning')
})

test('ports finds a listener’s port that somebody else has', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as { port: number }
  const config = {
    sip: { listen: [{ host: '127.0.0.1', port }] },
    media: { host: '127.0.0.1', portMin: 41_900, portMax: 41_999 },
    calls: { maxConcurrent: 10 },
  } as unknown as Config
  const found = await ports.examine(config, new AbortController().signal)
  await new Promise((resolve) => other.close(resolve))
  const faults = found.filter(({ state }) => state === 'fault')
  assert.deepEqual(
    faults.map((one) => one.found),
    [`sip.listen: TCP 127.0.0.1:${port} is taken`],
  )
})

const app = (url: string) => ({ id: 'agent', webhook: { url, secrets: [], timeoutMs: 1 } })
const apps = (url: string) => ({ apps: [app(url)] }) as unknown as Config

function examinePeers(answer: HttpsAnswer) {
  const asked: HttpsRequest[] = []
  const client = { exchange: async (request: HttpsRequest) => (asked.push(request), answer) }
  const examined = peers({ client, now: () => 1_000_000_000 }).examine(
    apps('https://name:word@app.test/voice'),
    new AbortController().signal,
  )
  return { examined, asked }
}

const answered = (headers: Record<string, string> = {}): HttpsAnswer => ({
  ok: true,
  status: 404,
  headers,
  body: new Uint8Array(),
})

test('peers asks each app once for nothing, and sends no password', async () => {
  const { examined, asked } = examinePeers(answered())
  assert.deepEqual(
    (await examined).map(({ found }) => found),
    ['apps agent: app.test: answers over TLS'],
  )
  assert.deepEqual(
    asked.map(({ method, url }) => [method, url]),
    [['OPTIONS', 'https://app.test/voice']],
  )
})

test('peers says what to do for each way of not answering', async () => {
  const todoFor = async (why: HttpsFailure) =>
    (await examinePeers({ ok: false, why }).examined)[0]?.todo ?? ''
  assert.match(await todoFor('blocked'), /egress\.allowPrivate/)
  assert.match(await todoFor('connect'), /Is the app running/)
  assert.match(await todoFor('tls'), /webhook\.caFile/)
})

test('peers compares clocks by what the app says the time is', async () => {
  const found = await examinePeers(answered({ date: new Date(1_000_000_000 - 120_000).toUTCString() }))
    .examined
  assert.deepEqual(
    found.map(({ about, state }) => `${about} ${state}`),
    ['apps fine', 'clock fault'],
  )
  assert.equal(judgeClock('x', 1_000, 1_900)[0]?.state, 'fine')
  assert.equal(judgeClock('x', 0, 7_000)[0]?.state, 'warning')
  assert.deepEqual(judgeClock('x', undefined, 0), [])
})

test('keeping stops at a secret that cannot be read, and tells keys from databases', async () => {
  const examine = (o: Partial<Parameters<typeof keeping>[0]>) =>
    keeping({
      secrets: () => Promise.resolve(3),
      open: () => Promise.resolve({ database: 'there', keys: 'held' }),
      ...o,
    }).examine(noConfig, new AbortController().signal)
  assert.deepEqual(
    (await examine({})).map(({ found }) => found),
    ['3 references can be read', 'there', 'held'],
  )
  const secrets = await examine({ secrets: () => Promise.reject(new Error('env:X is not set')) })
  assert.deepEqual(
    secrets.map(({ about, found }) => `${about}: ${found}`),
    ['secrets: env:X is not set'],
  )
  const key = Object.assign(new Error('sealed'), { code: 'KEYRING_SEALED' })
  const keys = await examine({ open: () => Promise.reject(new Error('no', { cause: key })) })
  assert.match(keys[1]?.todo ?? '', /key-providers/)
})

test('messageOf() follows causes, four at most', () => {
  const deep = [1, 2, 3, 4, 5].reduce<Error | undefined>(
    (cause, n) => new Error(`${n}`, { cause }),
    undefined,
  )
  assert.equal(messageOf(deep), '5: 4: 3: 2')
  assert.equal(messageOf('text'), 'text')
})

test('speaks warns when nothing could say a word, and is not asked where voices are configured', async () => {
  const examine = (path: string, voices: object[]) =>
    speaks(path).examine({ voices } as unknown as Config, new AbortController().signal)
  assert.deepEqual(
    (await examine('/nowhere', [])).map(({ state }) => state),
    ['warning'],
  )
  assert.deepEqual(await examine('/nowhere', [{ kind: 'openai' }]), [])
})
