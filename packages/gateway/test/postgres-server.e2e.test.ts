import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { inspect } from 'node:util'
import { sql } from 'kysely'
import { createPki } from '@voxkeep/pki'
import { DbError, dialUsageStore, migrateServer, openDatabase, type Database, type DbErrorCode } from '#db'
import {
  parseConfig,
  readSecret,
  silentLog,
  systemClock,
  type AppId,
  type CallId,
  type PostgresqlConfig,
  type TenantId,
} from '#kernel'
import { toySeal } from '#src/db/toy-seal.ts'
import {
  startPostgres,
  withoutPostgres,
  type PostgresDatabase,
  type PostgresServer,
} from './support/postgres.ts'

const acme = 'acme' as TenantId

type Changes = Record<string, unknown>

function parse(section: Changes): PostgresqlConfig {
  const sip = { listen: [{ tls: { certFile: 'x', keyFile: 'x' } }] }
  const { database } = parseConfig(JSON.stringify({ dataDir: 'x', sip, database: section }), 'test')
  assert.ok(database.kind === 'postgresql')
  return database
}

const impatient = { pool: { connectTimeoutMs: 1_000 } }
const open = (section: Changes, node?: string): Promise<Database> =>
  openDatabase({
    dir: '/nowhere',
    log: silentLog,
    seal: toySeal,
    ...(node !== undefined && { node }),
    server: { config: parse(section), readPassword: readSecret, clock: systemClock },
  })

describe(
  'a PostgreSQL server that is not what it should be',
  { skip: withoutPostgres(), timeout: 120_000 },
  () => {
    const stack = new AsyncDisposableStack()
    let server: PostgresServer
    let database: PostgresDatabase
    let folder: string

    before(async () => {
      server = stack.use(await startPostgres())
      database = await server.createDatabase()
      folder = await mkdtemp(join(tmpdir(), 'voxkeep-pg-client-'))
      stack.defer(() => rm(folder, { recursive: true }))
      await (await open(database.settings))[Symbol.asyncDispose]()
    })
    after(() => stack.disposeAsync())

    const put = async (name: string, text: string) => {
      const path = join(folder, name)
      await writeFile(path, text, { mode: 0o600 })
      return path
    }
    /** Opens with these changes, which must fail in this way, and say no secret while it does. */
    const refused = async (changes: Changes, code: DbErrorCode, message: RegExp) => {
      const opening = open({ ...database.settings, owner: undefined, ...impatient, ...changes })
      await assert.rejects(opening, (error) => {
        assert.ok(error instanceof DbError)
        assert.equal(error.code, code, inspect(error))
        assert.match(error.message, message)
        assert.ok(!inspect(error, { depth: 9 }).includes(database.password))
        return true
      })
    }

    test('openDatabase() takes no certificate from an authority that it does not know, and none for another name', async () => {
      const other = await put('other-ca.pem', (await createPki({ name: 'Another CA' })).caPem)
      const notTrusted = /certificate of the database server is not to be trusted/
      await refused({ tls: { caFile: other } }, 'DB_REFUSED', notTrusted)
      await refused({ tls: {} }, 'DB_REFUSED', notTrusted)
      const { caFile } = server
      await refused({ tls: { caFile, serverName: 'db.example' } }, 'DB_REFUSED', notTrusted)
      await refused({ tls: { caFile }, hosts: ['127.0.0.2'] }, 'DB_UNAVAILABLE', /cannot be reached/)
      const tls = { caFile, serverName: 'localhost' }
      await (await open({ ...database.settings, tls }))[Symbol.asyncDispose]()
    })

    test('openDatabase() sends nothing to a server without TLS, unless the configuration says so', async () => {
      const heard: Buffer[] = []
      const plain = createServer((socket) => {
        socket.on('error', () => {})
        socket.on('data', (bytes: Buffer) => {
          heard.push(bytes)
          socket.write('N') // no TLS here
        })
      }).listen(0, '127.0.0.1')
      await once(plain, 'listening')
      const { port } = plain.address() as AddressInfo
      await refused({ port }, 'DB_REFUSED', /offers no TLS/)
      plain.close()
      const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]).toString('hex')
      assert.deepEqual(new Set(heard.map((bytes) => bytes.toString('hex'))), new Set([sslRequest]))
      // This server lets nobody in without TLS: what is shown is that it was asked for nothing else.
      await refused({ tls: { mode: 'dangerouslyAllowPlaintext' } }, 'DB_REFUSED', /does not let this user in/)
    })

    test('openDatabase() says what is wrong with the user, the password, the database or the role', async () => {
      const wrong = `file:${await put('wrong', 'not the password')}`
      await refused({ password: wrong }, 'DB_REFUSED', /refused the user or the password/)
      await refused({ password: undefined }, 'DB_REFUSED', /asks for a password, and none is configured/)
      await refused({ user: 'stranger' }, 'DB_REFUSED', /refused the user or the password/)
      await refused({ name: 'elsewhere' }, 'DB_REFUSED', /no such database/)
      await server.query(`create role plain login password '${database.password}'`)
      await server.query(`grant connect on database ${database.name} to plain`)
      await refused({ user: 'plain' }, 'DB_REFUSED', /let this user connect, or be voxkeep_app/)
      await server.query(`create role mighty superuser login password '${database.password}'`)
      await refused({ user: 'mighty' }, 'DB_REFUSED', /superuser or bypasses row security/)
      await server.query(`alter role mighty nosuperuser bypassrls; grant voxkeep_app to mighty;
      grant connect on database ${database.name} to mighty`)
      await refused({ user: 'mighty' }, 'DB_REFUSED', /superuser or bypasses row security/)
    })

    test('openDatabase() proves itself with a certificate where the server asks for one', async () => {
      const user = `${database.name}_certified`
      await server.query(`create role certified; create role ${user} login password '${database.password}'
      in role voxkeep_app, certified; grant connect on database ${database.name} to ${user}`)
      await refused({ user }, 'DB_REFUSED', /does not let this user in from here, or without a certificate/)
      const { certPem, keyPem } = await server.pki.issue([user], { client: true })
      const clientCertificate = {
        certFile: await put('us.pem', certPem),
        keyFile: await put('us.key', keyPem),
      }
      await using opened = await open({
        ...database.settings,
        owner: undefined,
        user,
        tls: { caFile: server.caFile, clientCertificate },
      })
      await sql`select 1`.execute(opened.kysely)
      const sessions = await server.query(`select distinct ssl, version, client_dn from pg_stat_ssl
      join pg_stat_activity using (pid) where usename = '${user}'`)
      assert.deepEqual(sessions, [{ ssl: true, version: 'TLSv1.3', client_dn: `/CN=${user}` }])
    })

    test('openDatabase() speaks over a Unix socket without TLS', async () => {
      await using opened = await open({ ...database.settings, hosts: [server.socketDir], tls: {} })
      const { rows } = await sql`select inet_client_addr() as address`.execute(opened.kysely)
      assert.deepEqual(rows, [{ address: null }])
    })

    test('openDatabase() passes by hosts that are away', async () => {
      await using opened = await open({
        ...database.settings,
        hosts: ['127.0.0.2', '127.0.0.1'],
        pool: { connectTimeoutMs: 5_000 },
      })
      await sql`select 1`.execute(opened.kysely)
    })

    test('openDatabase() passes by a host that follows another, and writes to that other', async () => {
      await using _standby = await server.startStandby()
      const tls = { caFile: server.caFile, serverName: 'localhost' }
      await refused({ hosts: ['127.0.0.2'], tls }, 'DB_UNAVAILABLE', /takes no writes/)
      await using opened = await open({
        ...database.settings,
        hosts: ['127.0.0.2', '127.0.0.1'],
        tls,
        pool: { connectTimeoutMs: 5_000 },
      })
      await dialUsageStore(opened).stop('after-failover' as AppId, 0)
      await dialUsageStore(opened).lift('after-failover' as AppId)
    })

    test('openDatabase() opens what pg_dump took and pg_restore put back', async () => {
      const [from, to] = [await server.createDatabase(), await server.createDatabase()]
      await using before = await open(from.settings)
      await dialUsageStore(before).stop('kept' as AppId, 0)
      const line = {
        call_id: 'call_1' as CallId,
        tenant: acme,
        at: new Date(0),
        kind: 'line',
        fields_sealed: 'x',
      }
      await before.kysely.insertInto('call_events').values(line).execute()
      const owner = ({ ownerUser: user, password }: PostgresDatabase) => ({ user, password })
      const file = join(server.socketDir, `${from.name}.dump`)
      const dump = ['--format=custom', `--file=${file}`, from.name]
      await assert.rejects(server.run('pg_dump', dump, owner(from)), /row-level security|row security/)
      await server.run('pg_dump', ['--enable-row-security', ...dump], owner(from))
      await server.run(
        'pg_restore',
        ['--no-owner', '--exit-on-error', `--dbname=${to.name}`, file],
        owner(to),
      )
      await using after = await open({ ...to.settings, owner: undefined })
      const lines = (view: Database['kysely']) => view.selectFrom('call_events').select('call_id').execute()
      assert.deepEqual(await lines(after.asTenant(acme)), [{ call_id: 'call_1' }])
      assert.deepEqual(await lines(after.asTenant('other' as TenantId)), [])
      assert.deepEqual(await after.kysely.selectFrom('dial_stops').select('app').execute(), [{ app: 'kept' }])
    })

    test('openDatabase() refuses a server that may lose what it acknowledged, and asks for durable commits', async () => {
      const reload = async (setting: string) => {
        await server.query(`alter system ${setting}`)
        await server.query('select pg_reload_conf()')
        // The server tells a new session of it a moment later.
        while (setting.startsWith('set') && (await server.query('show fsync'))[0]?.['fsync'] !== 'off');
      }
      await reload('set fsync = off')
      await refused({}, 'DB_REFUSED', /fsync or full_page_writes off/)
      await reload('reset fsync')
      while ((await server.query('show fsync'))[0]?.['fsync'] !== 'on');
      await server.query(`alter database ${database.name} set synchronous_commit = off`)
      await using opened = await open(database.settings)
      const { rows } = await sql`show synchronous_commit`.execute(opened.kysely)
      assert.deepEqual(rows, [{ synchronous_commit: 'on' }])
      await server.query(`alter database ${database.name} reset synchronous_commit`)
    })

    test('openDatabase() wants tables that are exactly as new as it is, and lets only their owner make them so', async () => {
      const fresh = await server.createDatabase()
      const notOwner = { ...fresh.settings, owner: undefined }
      await assert.rejects(open(notOwner), /not up to date: run "voxkeep migrate"/)
      const config = parse(fresh.settings)
      const readPassword = readSecret
      const owner = config.owner ?? assert.fail()
      const asApp = migrateServer({ config, owner: config, readPassword, log: silentLog })
      await assert.rejects(asApp, /cannot be migrated/)
      await migrateServer({ config, owner, readPassword, log: silentLog })
      await (await open(notOwner))[Symbol.asyncDispose]()
      await server.query(`insert into kysely_migration values ('9999-future', 'now')`, fresh.name)
      await assert.rejects(open(notOwner), /newer than this gateway/)
    })

    test('openDatabase() lets several nodes start on an empty database at once, each under its own name', async () => {
      const { settings } = await server.createDatabase()
      const nodes = await Promise.all(['one', 'two', 'three'].map((node) => open(settings, node)))
      const found = await nodes[0]?.kysely.selectFrom('nodes').select('name').orderBy('name').execute()
      assert.deepEqual(found, [{ name: 'one' }, { name: 'three' }, { name: 'two' }])
      await assert.rejects(
        open({ ...settings, ...impatient }, 'two'),
        (error) => error instanceof DbError && error.code === 'DB_LOCKED',
      )
      await nodes[1]?.[Symbol.asyncDispose]()
      await using _again = await open({ ...settings, ...impatient }, 'two')
      for (const node of nodes) await node[Symbol.asyncDispose]()
    })
  },
)

describe('a PostgreSQL server that goes away', { skip: withoutPostgres(), timeout: 120_000 }, () => {
  const stack = new AsyncDisposableStack()
  let server: PostgresServer

  before(async () => {
    server = stack.use(await startPostgres())
  })
  after(() => stack.disposeAsync())

  /** Writes row after row while `disturb` runs; the rows that were acknowledged, and the errors. */
  const writeThrough = async (db: Database, disturb: () => Promise<void>) => {
    const store = dialUsageStore(db)
    const acknowledged: string[] = []
    const errors: unknown[] = []
    let count = 0
    let over = false
    const writer = async () => {
      for (let more = 20; more > 0 && count < 100_000; more -= over ? 1 : 0) {
        const app = `app-${count++}`
        await store.stop(app as AppId, 0).then(
          () => acknowledged.push(app),
          (error: unknown) => errors.push(error),
        )
      }
    }
    const writers = Array.from({ length: 8 }, writer)
    await disturb().finally(() => (over = true))
    await Promise.all(writers)
    return { acknowledged, errors }
  }
  const stored = async (db: Database) =>
    new Set<string>((await db.kysely.selectFrom('dial_stops').select('app').execute()).map(({ app }) => app))
  const isLost = (db: Database) => Promise.race([db.lost.then(() => true), Promise.resolve(false)])

  test('Database comes back by itself when every session is ended, and has what it acknowledged', async () => {
    await using db = await open((await server.createDatabase()).settings)
    const { acknowledged, errors } = await writeThrough(db, async () => {
      for (let round = 0; round < 5; round++) {
        await dialUsageStore(db)
          .stop(`before-${round}` as AppId, 0)
          .catch(() => {})
        await server.terminateSessions()
      }
    })
    assert.ok(acknowledged.length >= 160)
    assert.ok(
      errors.every((error) => error instanceof DbError && error.code === 'DB_UNAVAILABLE'),
      inspect(errors),
    )
    const rows = await stored(db)
    assert.deepEqual(
      acknowledged.filter((app) => !rows.has(app)),
      [],
    )
    assert.equal(await isLost(db), false)
  })

  test('Database waits for a server that crashes and starts again', async () => {
    await using db = await open((await server.createDatabase()).settings)
    const { acknowledged, errors } = await writeThrough(db, async () => {
      await server.stop('immediate')
      await server.start()
    })
    assert.ok(acknowledged.length >= 160)
    assert.ok(
      errors.every((error) => error instanceof DbError && error.code === 'DB_UNAVAILABLE'),
      inspect(errors),
    )
    const rows = await stored(db)
    assert.deepEqual(
      acknowledged.filter((app) => !rows.has(app)),
      [],
    )
    assert.equal(await isLost(db), false)
  })

  test('Database fails statements in time while the server is away, and is lost when that lasts', async () => {
    const settings = { ...(await server.createDatabase()).settings, giveUpMs: 1_500, ...impatient }
    await using db = await open(settings)
    await server.stop()
    await assert.rejects(
      sql`select 1`.execute(db.kysely),
      (error) => error instanceof DbError && error.code === 'DB_UNAVAILABLE',
    )
    assert.equal((await db.lost).code, 'DB_UNAVAILABLE')
    await server.start()
  })
})
