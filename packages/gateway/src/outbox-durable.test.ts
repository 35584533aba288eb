import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openDatabase, outboxStore } from '#db'
import { fakeClock, silentLog, type AppId, type EventId, type TenantId } from '#kernel'
import { layCluster } from './db/test-cluster.ts'
import { databaseCode } from './db/test-wasm.ts'
import { fakeEvent, fakeWebhookApp, testPki } from './webhook/fake-app-server.ts'
import type { HttpsAnswer } from './webhook/https-client.ts'
import { startOutbox } from './webhook/outbox.ts'

const dir = await mkdtemp(join(tmpdir(), 'voxkeep-outbox-'))
after(() => rm(dir, { recursive: true }))
await Promise.all([layCluster(dir), databaseCode])
const app = 'app' as AppId
const clock = fakeClock()
const urls: string[] = []
/** Not a cipher: enough to see that the store seals what it is given. */
const seal = {
  seal: (_tenant: string, text: string) => Buffer.from(text).toString('hex'),
  open: (_tenant: string, sealed: string) => Buffer.from(sealed, 'hex').toString(),
}

/** Runs an outbox over the embedded database, as a process would from start to end. */
async function run(
  status: number,
  use: (outbox: ReturnType<typeof startOutbox>) => Promise<void>,
): Promise<string[]> {
  const sent: string[] = []
  await using database = await openDatabase({ dir, log: silentLog, seal })
  const apps = new Map([[app, fakeWebhookApp(await testPki, 'https://app.example/')]])
  const answer: HttpsAnswer = { ok: true, status, headers: {}, body: new Uint8Array() }
  await using outbox = startOutbox({
    store: outboxStore(database, () => 'acme' as TenantId),
    clock,
    random: { bytes: (count) => new Uint8Array(count) },
    log: silentLog,
    apps,
    post: async ({ id, body, url }) => (sent.push(`${id} ${body}`), urls.push(url), answer),
    exchange: async () => answer,
  })
  await use(outbox)
  await outbox.idle()
  return sent
}

test('outbox over the database delivers after a restart what it could not before, once', async () => {
  const event = { ...fakeEvent, id: 'evt_1' as EventId, data: { from: '+49301234567' } }
  const first = await run(503, async (outbox) => void (await outbox.enqueue(event, app)))
  assert.equal(first.length, 1)
  clock.advance(4 * 60 * 60_000)
  const second = await run(200, async () => {})
  assert.deepEqual(second, first)
  clock.advance(100 * 60 * 60_000)
  assert.deepEqual(await run(200, async () => {}), [])
})

test('outbox over the database leaves no number in clear on the disk', async () => {
  const files = await readdir(dir, { recursive: true, withFileTypes: true })
  for (const file of files.filter((entry) => entry.isFile())) {
    const bytes = await readFile(join(file.parentPath, file.name))
    assert.equal(bytes.includes('+49301234567'), false, file.name)
  }
  assert.ok(files.length > 10)
})

test('outbox over the database keeps where an event goes, sealed like the event', async () => {
  const to = { url: 'https://app.example/told?of=+49309999999', method: 'POST' } as const
  const event = { ...fakeEvent, id: 'evt_2' as EventId, data: {}, to }
  urls.length = 0
  await run(503, async (outbox) => void (await outbox.enqueue(event, app)))
  clock.advance(4 * 60 * 60_000)
  await run(200, async () => {})
  assert.deepEqual(urls, [to.url, to.url])
  for (const file of await readdir(dir, { recursive: true, withFileTypes: true }))
    if (file.isFile())
      assert.equal(
        (await readFile(join(file.parentPath, file.name))).includes('49309999999'),
        false,
        file.name,
      )
})
