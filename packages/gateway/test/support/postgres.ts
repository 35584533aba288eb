import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { accessSync, constants, globSync } from 'node:fs'
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { freePorts } from '@voxkeep/deployment'
import { createPki, type Pki } from '@voxkeep/pki'
import { startProgram, type Program } from './program.ts'

/**
 * A PostgreSQL server of our own, from Debian's package, in a temporary folder that goes away with it: TLS on 127.0.0.1 and a
 * Unix socket, SCRAM passwords. Use it in an end-to-end test:
 *
 * ```ts
 * describe('…', { skip: withoutPostgres() }, () => {
 *   const stack = new AsyncDisposableStack()
 *   before(async () => {
 *     const server = stack.use(await startPostgres())
 *     const database = await server.createDatabase()
 *     // a gateway: startGateway({ configure: (settings) => void (settings['database'] = database.settings) })
 *     // a store:   openDatabase({ config: configSchema.shape.database.parse(database.settings), … })
 *   })
 *   after(() => stack.disposeAsync())
 * ```
 */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number
  /** For connections by Unix socket: `host` is this folder. */
  readonly socketDir: string
  /** What its certificate chains to. */
  readonly caFile: string
  readonly pki: Pki
  /** A fresh, empty database, with a user who owns it and one for the gateway. */
  createDatabase(): Promise<PostgresDatabase>
  /** Runs SQL as the superuser and returns the rows of the last statement. */
  query(sql: string, database?: string): Promise<Record<string, unknown>[]>
  /** All of a database as `pg_dump` writes it. */
  dump(database: string): Promise<Uint8Array>
  /** What it said since it was started: errors with their statements. */
  log(): string
  /** Ends every other session, as an administrator or a failover would. */
  terminateSessions(): Promise<void>
  /** Stops the server, `immediate` as a crash would. */
  stop(how?: 'fast' | 'immediate'): Promise<void>
  start(): Promise<void>
  /** A copy of it at 127.0.0.2 that only reads, as one that follows it would; it is restarted for that. */
  startStandby(): Promise<Program>
  /** Runs one of PostgreSQL's programs as this user, and gives what it wrote. Rejects when it fails. */
  run(name: 'pg_dump' | 'pg_restore', args: readonly string[], as: PgUser): Promise<string>
}

export interface PgUser {
  readonly user: string
  readonly password: string
}

export interface PostgresDatabase {
  readonly name: string
  /** The `database` section of a gateway's configuration: by TLS, verified, with the owner's name for migrations. */
  readonly settings: Record<string, unknown>
  readonly appUser: string
  readonly ownerUser: string
  readonly password: string
}

const userName = 'postgres'
const superPassword = 'of the superuser'

/** The `skip` of a test that needs a PostgreSQL server: how to get it when it is missing, else `false`. Never skips in CI. */
export function withoutPostgres(): string | false {
  if (programsFolder() !== undefined || process.env['CI']) return false
  return 'missing: apt-get install postgresql'
}

export async function startPostgres(): Promise<PostgresServer> {
  await using stack = new AsyncDisposableStack()
  const root = await mkdtemp(join(tmpdir(), 'voxkeep-pg-'))
  stack.defer(() => rm(root, { recursive: true, force: true }))
  await chmod(root, 0o755) // the server is another user
  const files = await makeFiles(root)
  await initialise(root)
  const [port = 0] = await freePorts(1)
  let server = await run(root, port)
  let before = ''
  stack.defer(async () => void (await server.stop('SIGINT')))
  const connect = async (database = 'postgres') => {
    const client = new Client({
      host: root,
      port,
      user: userName,
      password: superPassword,
      database,
    })
    client.on('error', () => {}) // its server may be stopped
    await client.connect()
    return client
  }
  const query = async (sql: string, database?: string) => {
    const client = await connect(database)
    try {
      const results: unknown = await client.query(sql)
      const last = (Array.isArray(results) ? results.at(-1) : results) as { rows: Record<string, unknown>[] }
      return last.rows
    } finally {
      await client.end()
    }
  }
  let databases = 0
  const owned = stack.move()
  return {
    port,
    socketDir: root,
    caFile: files.caFile,
    pki: files.pki,
    query,
    dump: (database) => dump(root, port, database),
    createDatabase: () => createDatabase({ root, port, caFile: files.caFile, query, count: ++databases }),
    log: () => before + server.output(),
    terminateSessions: async () =>
      void (await query(
        `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`,
      )),
    stop: async (how = 'fast') => void (await server.stop(how === 'fast' ? 'SIGINT' : 'SIGQUIT')),
    async start() {
      before += server.output()
      server = await run(root, port)
    },
    async startStandby() {
      before += server.output()
      await server.stop('SIGINT')
      await cp(join(root, 'data'), join(root, 'standby'), { recursive: true })
      await writeFile(join(root, 'standby', 'standby.signal'), '')
      await giveAll(join(root, 'standby'))
      server = await run(root, port)
      return owned.use(await run(root, port, { folder: 'standby', address: '127.0.0.2' }))
    },
    async run(name, args, { user, password }) {
      const env = { PGHOST: root, PGPORT: String(port), PGUSER: user, PGPASSWORD: password }
      const program = await command(name, args, env)
      const { code } = await program.exited
      if (code !== 0) throw new Error(`${name} failed:\n${program.output()}`)
      return program.output()
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function dump(root: string, port: number, database: string): Promise<Uint8Array> {
  const args = ['-h', root, '-p', String(port), '-U', userName, database]
  const env = { ...process.env, PGPASSWORD: superPassword }
  const options = { env, maxBuffer: 256 * 1024 * 1024, encoding: 'buffer' } as const
  const { stdout } = await promisify(execFile)(join(programsFolder() ?? '', 'pg_dump'), args, options)
  return new Uint8Array(stdout)
}

interface NewDatabase {
  readonly root: string
  readonly port: number
  readonly caFile: string
  readonly query: PostgresServer['query']
  readonly count: number
}

/** As docs/database.md tells an administrator, with other names. */
async function createDatabase({ root, port, caFile, query, count }: NewDatabase): Promise<PostgresDatabase> {
  const name = `voxkeep_${count}`
  const [ownerUser, appUser] = [`${name}_owner`, `${name}_node`]
  const password = randomBytes(18).toString('base64url')
  const passwordFile = join(root, 'client', `password-${count}`)
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  const document = await readFile(join(import.meta.dirname, '../../../../docs/database.md'), 'utf8')
  const [server = '', inside = ''] = [...document.matchAll(/```sql\n([^]*?)```/g)].map(([, sql = '']) =>
    sql
      .replaceAll("'…'", `'${password}'`)
      .replaceAll('voxkeep_owner', ownerUser)
      .replaceAll('voxkeep_node', appUser)
      .replaceAll(/\bdatabase voxkeep\b/g, `database ${name}`),
  )
  const isShared = (statement: string) => /^(?:create role|grant) voxkeep_(?:app|tenant)\b/.test(statement)
  for (const statement of server.split(/(?<=;)\n/).filter((line) => line !== ''))
    if (count === 1 || !isShared(statement)) await query(statement)
  await query(inside, name)
  const secret = `file:${passwordFile}`
  const settings = {
    kind: 'postgresql',
    hosts: ['127.0.0.1'],
    port,
    name,
    user: appUser,
    password: secret,
    owner: { user: ownerUser, password: secret },
    tls: { caFile },
  }
  return { name, settings, ownerUser, appUser, password }
}

/** Certificates, the access rules and the two folders; only `client` stays ours. */
async function makeFiles(root: string) {
  const pki = await createPki({ name: 'Database CA' })
  const pair = await pki.issue(['127.0.0.1', 'localhost'])
  const caFile = join(root, 'ca.pem')
  await mkdir(join(root, 'client'), { mode: 0o700 })
  await writeFile(caFile, pki.caPem)
  await writeFile(join(root, 'server.pem'), pair.certPem)
  await writeFile(join(root, 'server.key'), pair.keyPem, { mode: 0o600 })
  await writeFile(join(root, 'superuser'), superPassword, { mode: 0o600 })
  await writeFile(
    join(root, 'hba.conf'),
    // Members of the role `certified` prove themselves with a certificate too.
    [
      'local all all scram-sha-256',
      'hostssl all +certified 127.0.0.1/32 scram-sha-256 clientcert=verify-ca',
      'hostssl all all 127.0.0.1/32 scram-sha-256',
      '',
    ].join('\n'),
  )
  const server = await serverUser()
  if (server !== undefined) {
    await chown(root, server.uid, server.gid)
    for (const name of ['server.key', 'superuser']) await chown(join(root, name), server.uid, server.gid)
  }
  return { pki, caFile }
}

async function initialise(root: string): Promise<void> {
  const files = ['-D', join(root, 'data'), '-U', userName, `--pwfile=${join(root, 'superuser')}`]
  const kind = ['-A', 'scram-sha-256', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions']
  const made = await command('initdb', [...files, ...kind])
  const { code } = await made.exited
  if (code !== 0) throw new Error(`initdb failed:\n${made.output()}`)
}

async function run(
  root: string,
  port: number,
  o: { readonly folder: string; readonly address: string } = { folder: 'data', address: '127.0.0.1' },
): Promise<Program> {
  const settings = {
    listen_addresses: o.address,
    unix_socket_directories: o.folder === 'data' ? root : '',
    hba_file: join(root, 'hba.conf'),
    ssl: 'on',
    ssl_cert_file: join(root, 'server.pem'),
    ssl_key_file: join(root, 'server.key'),
    ssl_ca_file: join(root, 'ca.pem'),
    max_connections: '60',
    shared_buffers: '32MB',
    lc_messages: 'C',
  }
  const set = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const server = await command('postgres', ['-D', join(root, o.folder), '-p', String(port), ...set])
  try {
    await server.until(/database system is ready to accept (?:read-only )?connections/, 30_000)
    return server
  } catch (error) {
    await server.stop('SIGQUIT')
    throw error
  }
}

/** PostgreSQL refuses to run as root: there it runs as the user that Debian made for it, or as nobody. */
async function command(
  name: 'initdb' | 'postgres' | 'pg_dump' | 'pg_restore',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  const folder = programsFolder()
  if (folder === undefined) throw new Error('PostgreSQL is missing: apt-get install postgresql')
  const path = join(folder, name)
  const user = await serverUser()
  if (user === undefined) return startProgram({ command: path, args, env, cwd: tmpdir() })
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
  return startProgram({ command: 'setpriv', args: [...identity, path, ...args], env, cwd: tmpdir() })
}

/** Gives a folder and all in it to the server's user, and to nobody else. */
async function giveAll(folder: string): Promise<void> {
  const server = await serverUser()
  await chmod(folder, 0o700)
  if (server === undefined) return
  const inside = await readdir(folder, { recursive: true })
  for (const path of [folder, ...inside.map((name) => join(folder, name))])
    await chown(path, server.uid, server.gid)
}

const nobody = { uid: 65_534, gid: 65_534 }

async function serverUser(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(await readFile('/etc/passwd', 'utf8')) ?? []
  return uid === undefined || gid === undefined ? nobody : { uid: Number(uid), gid: Number(gid) }
}

/** Debian keeps the server's programs of each version off the PATH; the newest is taken. */
function programsFolder(): string | undefined {
  const folders = globSync('/usr/lib/postgresql/*/bin')
  const newestFirst = folders.toSorted((a, b) => Number(b.split('/')[4]) - Number(a.split('/')[4]))
  return newestFirst.find((folder) => isExecutable(join(folder, 'initdb')))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
