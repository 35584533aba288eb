import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { rootOf, toBase64 } from '@voxkeep/tlog'
import { auditStore, openDatabase, type Database } from '#db'
import { parseConfig, readSecret, silentLog, systemClock, type TenantId } from '#kernel'
import { hashOfLeaf } from '#src/audit/entry.ts'
import { toySeal } from '#src/db/toy-seal.ts'
import { startPostgres, withoutPostgres } from './support/postgres.ts'

const tenant = 'acme' as TenantId
const program = join(import.meta.dirname, 'support/audit-writer.ts')

/** A process that appends to the log; `acknowledged` has what it was told is durable. */
function startWriter(args: readonly string[]) {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, ...args],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const acknowledged = new Map<number, string>()
  const waiting: { count: number; done: () => void }[] = []
  const read = (async () => {
    assert.ok(child.stdout)
    for await (const line of createInterface({ input: child.stdout })) {
      const [index, mark] = line.split(' ')
      // The last line may be cut short by the kill: then it was not said.
      if (mark !== undefined && /-\d+-\d+-\d+$/.test(mark)) acknowledged.set(Number(index), mark)
      for (const { count, done } of waiting) if (acknowledged.size >= count) done()
    }
  })()
  const exited = once(child, 'exit')
  return {
    acknowledged,
    until: (count: number) =>
      new Promise<void>((done, fail) => {
        waiting.push({ count, done })
        void exited.then(() => fail(new Error('the writer ended by itself')))
      }),
    async kill() {
      child.kill('SIGKILL')
      await exited
      await read
    },
  }
}

/** Everything acknowledged is in the log, at its place; the log has no gap, and its head is the root of its leaves. */
async function check(
  database: Database,
  acknowledged: ReadonlyMap<number, string>,
  earlier: { size: number; root: string },
) {
  const store = auditStore(database)
  const head = await store.head(tenant)
  assert.ok(head)
  const leaves = await store.leaves(tenant, 0, Number.MAX_SAFE_INTEGER)
  assert.equal(leaves.length, head.size)
  assert.ok(
    leaves.every(({ idx }, n) => idx === n),
    'no gap',
  )
  const hashes = leaves.map(({ leaf }) => hashOfLeaf(leaf))
  assert.equal(toBase64(rootOf(hashes)), head.root)
  assert.equal(toBase64(rootOf(hashes.slice(0, earlier.size))), earlier.root, 'the log continues what it was')
  for (const [index, mark] of acknowledged)
    assert.ok(leaves[index]?.leaf.includes(`"mark":"${mark}"`), `entry ${index} is lost`)
  return head
}

const empty = { size: 0, root: toBase64(rootOf([])) }

describe('the audit log under kill -9', { timeout: 180_000 }, () => {
  test('loses nothing that was acknowledged, and never forks: the embedded database', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'voxkeep-audit-kill-'))
    try {
      const acknowledged = new Map<number, string>()
      let head = empty
      for (const enough of [40, 700, 333]) {
        const writer = startWriter([dir])
        await writer.until(enough)
        await writer.kill()
        for (const [index, mark] of writer.acknowledged) acknowledged.set(index, mark)
        await using database = await openDatabase({ dir, log: silentLog, seal: toySeal })
        head = await check(database, acknowledged, head)
      }
      assert.ok(head.size >= 1_073)
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })

  test(
    'takes several writers at a time, one of them killed: a PostgreSQL server',
    { skip: withoutPostgres() },
    async () => {
      await using server = await startPostgres()
      const { settings } = await server.createDatabase()
      const folder = await mkdtemp(join(tmpdir(), 'voxkeep-audit-writers-'))
      try {
        const file = join(folder, 'settings.json')
        await writeFile(file, JSON.stringify(settings))
        const sip = { listen: [{ tls: { certFile: 'x', keyFile: 'x' } }] }
        const { database: config } = parseConfig(
          JSON.stringify({ dataDir: folder, sip, database: settings }),
          'test',
        )
        assert.ok(config.kind === 'postgresql')
        const reader = { config, readPassword: readSecret, clock: systemClock }
        await using database = await openDatabase({
          dir: folder,
          log: silentLog,
          seal: toySeal,
          node: 'reader',
          server: reader,
        })
        const acknowledged = new Map<number, string>()
        let head = empty
        for (const round of [1, 2]) {
          const writers = ['a', 'b', 'c'].map((node) => startWriter([folder, file, `${node}${round}`]))
          await Promise.all(writers.map(({ until }) => until(100)))
          const [first, ...others] = writers
          await first?.kill()
          await Promise.all(others.map(({ acknowledged: of, until }) => until(of.size + 100)))
          await Promise.all(others.map(({ kill }) => kill()))
          for (const writer of writers)
            for (const [index, mark] of writer.acknowledged) acknowledged.set(index, mark)
          head = await check(database, acknowledged, head)
        }
        const told = [...acknowledged.values()]
        assert.equal(new Set(told).size, told.length, 'no place was given twice')
        assert.ok(head.size >= 1_000)
      } finally {
        await rm(folder, { recursive: true, force: true })
      }
    },
  )
})
