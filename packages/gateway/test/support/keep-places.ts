import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { startMoto, withoutMoto } from './moto.ts'
import { filesBelow, type Source } from './markers.ts'
import { startPostgres, withoutPostgres } from './postgres.ts'
import { startSoftHsm, withoutSoftHsm, type SoftHsm } from './softhsm.ts'
import { startVaultServer, type VaultPolicy } from './vault-server.ts'

/** The three ways of keeping that everything is shown on. */
export const keepPlaces = ['embedded', 'postgres-s3-vault', 'postgres-hsm'] as const
export type KeepPlace = (typeof keepPlaces)[number]

/** Database, object stores and key provider of a gateway, running; one gateway at a time may use them. */
export interface Places extends AsyncDisposable {
  /** The sections `database`, `objects` and `keys` of a configuration, for data below `dataDir`. */
  settings(): Readonly<Record<string, unknown>>
  /** From here on: an empty database and empty stores, with the same backups and keys. */
  emptied(): Promise<Readonly<Record<string, unknown>>>
  /** All that lies outside the gateway's own folder: objects, the database's dump. */
  outside(): Promise<Source[]>
  /** Checkpoints in the store that locks them, and until when it does; none where there is no such store. */
  anchors(): Promise<readonly Anchor[]>
}

interface Anchor {
  readonly note: string
  readonly mode: string | undefined
  readonly until: Date | undefined
}

/** The `skip` of a test over these places. */
export function withoutPlaces(place: KeepPlace): string | false {
  if (place === 'embedded') return false
  return withoutPostgres() || (place === 'postgres-hsm' ? withoutSoftHsm() : withoutMoto())
}

export async function startPlaces(place: KeepPlace): Promise<Places> {
  await using stack = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-places-'))
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  await mkdir(join(dir, 'backup'), { mode: 0o700 })
  const parts =
    place === 'embedded'
      ? { ...folders(dir), keys: await localKeys(dir) }
      : place === 'postgres-hsm'
        ? {
            ...folders(dir),
            keys: hsmKeys(stack.use(await startSoftHsm())),
            server: stack.use(await startPostgres()),
          }
        : await cloud(dir, stack)
  const server = 'server' in parts ? parts.server : undefined
  let database = server && (await server.createDatabase())
  let objects = await parts.empty()
  const outside = async () => [
    ...(await parts.stored()),
    ...(server && database ? [{ name: 'pg_dump', bytes: await server.dump(database.name) }] : []),
  ]
  const sections = () => ({
    objects,
    keys: parts.keys,
    ...(database && { database: database.settings }),
  })
  const owned = stack.move()
  return {
    settings: sections,
    async emptied() {
      objects = await parts.empty()
      database = server && (await server.createDatabase())
      return sections()
    },
    outside,
    anchors: async () => ('anchors' in parts ? parts.anchors() : []),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

const passphrase = 'correct horse battery staple'

async function localKeys(dir: string) {
  await writeFile(join(dir, 'passphrase'), `${passphrase}\n`, { mode: 0o600 })
  return { providers: [{ id: 'local', kind: 'local', passphrase: `file:${join(dir, 'passphrase')}` }] }
}

/** Stores of objects: `empty` makes new ones, beside the same one for backups. */
interface Stores {
  empty(): Promise<object>
  /** What all of them hold. */
  stored(): Promise<Source[]>
}

function folders(dir: string): Stores {
  let made = 0
  const folder = (id: string, name = id) => ({ id, kind: 'folder', dir: join(dir, name) })
  return {
    async empty() {
      const name = `objects-${++made}`
      await mkdir(join(dir, name), { mode: 0o700 })
      const place = { audio: 'folder', audit: 'folder', backup: 'backup' }
      return { stores: [folder('folder', name), folder('backup')], place }
    },
    stored: async () => filesBelow(dir).filter(({ name }) => !name.endsWith('/passphrase')),
  }
}

function hsmKeys({ moduleFile, tokenLabel, pin }: SoftHsm) {
  return { providers: [{ id: 'hsm', kind: 'pkcs11', moduleFile, tokenLabel, pin }] }
}

const policy: VaultPolicy = {
  'transit/keys/*': ['create', 'read', 'update', 'delete'],
  'transit/datakey/plaintext/*': ['update'],
  'transit/encrypt/*': ['update'],
  'transit/decrypt/*': ['update'],
  'transit/rewrap/*': ['update'],
}

async function cloud(dir: string, stack: AsyncDisposableStack) {
  const [moto, server, vault] = await Promise.all([startMoto(), startPostgres(), startVaultServer()])
  for (const part of [moto, server, vault]) stack.use(part)
  const { roleId, secretId } = vault.addAppRole(policy)
  const put = (name: string, text: string) => writeFile(join(dir, name), text, { mode: 0o600 })
  await put('vault-ca.pem', vault.caPem)
  await put('s3-ca.pem', moto.caPem)
  await put('secret-id', secretId)
  await put('access-key', moto.credentials.accessKeyId)
  await put('secret-key', moto.credentials.secretAccessKey)
  const client = new S3Client({
    endpoint: moto.httpUrl,
    region: moto.region,
    credentials: moto.credentials,
    forcePathStyle: true,
  })
  stack.defer(() => client.destroy())
  const names: string[] = []
  const bucket = async (id: string, name: string, isLocked = false) => {
    if (!names.includes(name)) await createBucket(client, name, isLocked)
    names.push(name)
    return {
      id,
      kind: 's3',
      bucket: name,
      region: moto.region,
      endpoint: moto.url,
      pathStyle: true,
      caFile: join(dir, 's3-ca.pem'),
      credentials: {
        accessKeyId: `file:${join(dir, 'access-key')}`,
        secretAccessKey: `file:${join(dir, 'secret-key')}`,
      },
    }
  }
  let made = 0
  const auth = { method: 'approle', roleId, secretId: `file:${join(dir, 'secret-id')}` }
  return {
    server,
    async empty() {
      const audio = await bucket('audio', `voxkeep-audio-${++made}`)
      const audit = await bucket('audit', `voxkeep-audit-${made}`, true)
      const lock = { mode: 'compliance', days: 1 }
      const stores = [audio, { ...audit, lock }, await bucket('backup', 'voxkeep-backup')]
      return { stores, place: { audio: 'audio', audit: 'audit', backup: 'backup' } }
    },
    stored: async () =>
      (await Promise.all([...new Set(names)].map((name) => readBucket(client, name)))).flat(),
    anchors: () => readAnchors(client, `voxkeep-audit-${made}`),
    keys: {
      providers: [
        { id: 'bao', kind: 'vault-transit', url: vault.url, caFile: join(dir, 'vault-ca.pem'), auth },
      ],
    },
  }
}

async function createBucket(client: S3Client, name: string, isLocked: boolean): Promise<void> {
  const LocationConstraint = 'eu-central-1'
  await client.send(
    new CreateBucketCommand({
      Bucket: name,
      CreateBucketConfiguration: { LocationConstraint },
      ObjectLockEnabledForBucket: isLocked,
    }),
  )
}

async function readAnchors(client: S3Client, Bucket: string): Promise<Anchor[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }))
  return Promise.all(
    Contents.map(async ({ Key = '' }) => {
      const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = await client.send(
        new HeadObjectCommand({ Bucket, Key }),
      )
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
      return { note: (await Body?.transformToString()) ?? '', mode, until }
    }),
  )
}

async function readBucket(client: S3Client, Bucket: string): Promise<Source[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }))
  return Promise.all(
    Contents.map(async ({ Key = '' }) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
      return {
        name: `s3://${Bucket}/${Key}`,
        bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(),
      }
    }),
  )
}
