import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openDatabase, outboxStore } from '#db'
import { fakeClock, silentLog, type AppId, type EventId, type TenantId } from '#kernel'
import { fakeEvent, fakeWebhookApp, testPki } from './fake-app-server.ts'
import type { HttpsAnswer } from './https-client.ts'
import { startOutbox } from './outbox.ts'

const dir = await mkdtemp(join(tmpdir(), 'voxkeep-outbox-'))
after(() => rm(dir, { recursive: true }))
const app = 'app' as AppId
const clock = fakeClock()
/** Not a cipher: enough to see that the store seals what it is given. */
const seal = {
  seal: (text: string) => Buffer.from(text).toString('hex'),
  open: (sealed: string) => Buffer.from(sealed, 'hex').toString(),
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
    post: async ({ id, body }) => (sent.push(`${id} ${body}`), answer),
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
