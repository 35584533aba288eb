import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { buffer } from 'node:stream/consumers'
import { Secret, systemClock } from '#kernel'
import { s3Store, type ObjectStore, type S3StoreOptions } from '#objects'
import { noise, storeSuite, suiteFolder } from '#src/objects/store-suite.ts'
import { startMoto, withoutMoto, type Moto } from './support/moto.ts'

const mebibyte = 1024 * 1024
const day = 86_400_000

describe('s3Store() against moto, over TLS', { skip: withoutMoto() }, () => {
  let moto: Moto
  let client: S3Client
  let made = 0
  before(async () => {
    moto = await startMoto()
    const { httpUrl, region, credentials } = moto
    client = new S3Client({ endpoint: httpUrl, region, credentials, forcePathStyle: true })
  })
  after(async () => {
    client?.destroy()
    await moto?.[Symbol.asyncDispose]()
  })

  async function bucket(o: { lock?: boolean; versioned?: boolean } = {}): Promise<string> {
    const Bucket = `bucket-${++made}`
    await client.send(
      new CreateBucketCommand({
        Bucket,
        CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
        ObjectLockEnabledForBucket: o.lock ?? false,
      }),
    )
    if (o.versioned)
      await client.send(
        new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
      )
    return Bucket
  }

  function open(name: string, more: Partial<S3StoreOptions> = {}): Promise<ObjectStore> {
    const { accessKeyId, secretAccessKey } = moto.credentials
    return s3Store({
      id: 'bucket',
      bucket: name,
      region: moto.region,
      prefix: 'voxkeep/',
      endpoint: moto.url,
      pathStyle: true,
      ca: moto.caPem,
      credentials: async () => ({ accessKeyId, secretAccessKey: new Secret(secretAccessKey) }),
      encryption: undefined,
      lock: undefined,
      partBytes: 5 * mebibyte,
      maxAttempts: 3,
      timeoutMs: 10_000,
      clock: systemClock,
      ...more,
    })
  }

  for (const { does, run } of storeSuite)
    test(`s3Store() ${does}`, async () => {
      await using folder = await suiteFolder()
      await using store = await open(await bucket())
      await run(store, folder)
    })

  test('s3Store() puts a large object in parts, each with its SHA-256, and reads it in ranges', async () => {
    await using folder = await suiteFolder()
    const name = await bucket()
    await using store = await open(name)
    const bytes = noise(11 * mebibyte + 123, 'large')
    const file = await folder.file(bytes)
    const stored = await store.put('large', file.path, file)
    assert.deepEqual([stored.bytes, stored.sha256], [file.bytes, file.sha256])
    const raw = await client.send(
      new HeadObjectCommand({ Bucket: name, Key: 'voxkeep/large', PartNumber: 1 }),
    )
    assert.equal(raw.PartsCount, 3)
    assert.ok((await buffer(await store.get(stored))).equals(bytes))
    const [start, end] = [5 * mebibyte - 7, 5 * mebibyte + 9]
    assert.ok((await buffer(await store.get(stored, { start, end }))).equals(bytes.subarray(start, end)))
  })

  test('s3Store() aborts an upload in parts of a file that changed, and leaves nothing to pay for', async () => {
    await using folder = await suiteFolder()
    const name = await bucket()
    await using store = await open(name)
    const file = await folder.file(noise(6 * mebibyte, 'changed'))
    const expected = { bytes: file.bytes, sha256: '0'.repeat(64) }
    await assert.rejects(store.put('large', file.path, expected), { code: 'OBJECT_CORRUPT' })
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }))
    assert.deepEqual(Uploads ?? [], [])
    await assert.rejects(store.head({ store: 'bucket', key: 'large' }), { code: 'OBJECT_NOT_FOUND' })
  })

  test('s3Store() finds uploads in parts that a crash left, and removes those that are old enough', async () => {
    const name = await bucket()
    await using store = await open(name)
    await client.send(new CreateMultipartUploadCommand({ Bucket: name, Key: 'voxkeep/left' }))
    await client.send(new CreateMultipartUploadCommand({ Bucket: name, Key: 'elsewhere/left' }))
    assert.equal(await store.cleanUp(new Date(Date.now() + 60_000)), 1)
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }))
    assert.deepEqual(
      Uploads?.map(({ Key }) => Key),
      ['elsewhere/left'],
    )
  })

  test('s3Store() asks the service to encrypt as it is told', async () => {
    await using folder = await suiteFolder()
    const name = await bucket()
    for (const mode of ['AES256', 'aws:kms'] as const) {
      await using store = await open(name, {
        encryption: { mode, ...(mode === 'aws:kms' && { kmsKeyId: 'alias/voxkeep' }) },
      })
      for (const size of [1_000, 6 * mebibyte]) {
        const file = await folder.file(noise(size, mode))
        const key = `${mode.replace(':', '-')}-${size}`
        await store.put(key, file.path, file)
        const raw = await client.send(new HeadObjectCommand({ Bucket: name, Key: `voxkeep/${key}` }))
        assert.equal(raw.ServerSideEncryption, mode)
      }
    }
  })

  test('s3Store() deletes every version, those that somebody else wrote and deleted included', async () => {
    await using folder = await suiteFolder()
    const name = await bucket({ versioned: true })
    await using store = await open(name)
    const file = await folder.file(noise(100, 'versions'))
    const stored = await store.put('versions', file.path, file)
    assert.ok(stored.versionId)
    for (let at = 0; at < 3; at++)
      await client.send(new PutObjectCommand({ Bucket: name, Key: 'voxkeep/versions', Body: `other ${at}` }))
    await client.send(new PutObjectCommand({ Bucket: name, Key: 'voxkeep/versions-2', Body: 'beside' }))
    // The version that was put is still read when another lies over it.
    assert.ok((await buffer(await store.get(stored))).equals(noise(100, 'versions')))
    await store.delete({ store: 'bucket', key: 'versions' })
    const left = await client.send(new ListObjectVersionsCommand({ Bucket: name }))
    assert.deepEqual(
      left.Versions?.map(({ Key }) => Key),
      ['voxkeep/versions-2'],
    )
    assert.deepEqual(left.DeleteMarkers ?? [], [])
    await assert.rejects(store.head(stored), { code: 'OBJECT_NOT_FOUND' })
  })

  for (const mode of ['governance', 'compliance'] as const)
    test(`s3Store() locks new objects in ${mode} mode, and says until when one cannot be deleted`, async () => {
      await using folder = await suiteFolder()
      const name = await bucket({ lock: true })
      await using store = await open(name, { lock: { mode, days: 3 } })
      for (const size of [100, 6 * mebibyte]) {
        const file = await folder.file(noise(size, mode))
        const stored = await store.put(`locked-${size}`, file.path, file)
        const until = stored.lock?.until.getTime() ?? 0
        assert.equal(stored.lock?.mode, mode)
        assert.ok(Math.abs(until - Date.now() - 3 * day) < 60_000)
        await assert.rejects(store.delete(stored), (error: { code: string; until: Date }) => {
          assert.deepEqual([error.code, error.until.getTime()], ['OBJECT_LOCKED', until])
          return true
        })
        assert.equal((await store.head(stored)).sha256, file.sha256)
      }
    })

  test('s3Store() makes a lock longer, and never shorter', async () => {
    await using folder = await suiteFolder()
    await using store = await open(await bucket({ lock: true }))
    const file = await folder.file(noise(100, 'longer'))
    const stored = await store.put('longer', file.path, file)
    const in10 = new Date(Math.floor(Date.now() / 1_000) * 1_000 + 10 * day)
    await store.lock(stored, 'governance', in10)
    await store.lock(stored, 'governance', new Date(in10.getTime() - day))
    assert.deepEqual((await store.head(stored)).lock, { mode: 'governance', until: in10 })
    const in20 = new Date(in10.getTime() + 10 * day)
    await store.lock(stored, 'compliance', in20)
    assert.deepEqual((await store.head(stored)).lock, { mode: 'compliance', until: in20 })
    await assert.rejects(store.lock(stored, 'governance', new Date(in20.getTime() + day)), {
      code: 'OBJECT_REFUSED',
    })
  })

  test('s3Store() keeps an object on legal hold until it is lifted', async () => {
    await using folder = await suiteFolder()
    await using store = await open(await bucket({ lock: true }))
    const file = await folder.file(noise(100, 'hold'))
    const stored = await store.put('hold', file.path, file)
    await store.hold(stored, true)
    assert.equal((await store.head(stored)).hold, true)
    await assert.rejects(store.delete(stored), { code: 'OBJECT_LOCKED', until: undefined })
    await store.hold(stored, false)
    await store.delete(stored)
    await assert.rejects(store.head(stored), { code: 'OBJECT_NOT_FOUND' })
  })

  test('s3Store() notices what somebody changed in the bucket', async () => {
    await using folder = await suiteFolder()
    const name = await bucket()
    await using store = await open(name)
    const file = await folder.file(noise(100, 'tampered'))
    const stored = await store.put('tampered', file.path, file)
    await client.send(
      new PutObjectCommand({
        Bucket: name,
        Key: 'voxkeep/tampered',
        Body: noise(100, 'theirs'),
        Metadata: { sha256: file.sha256 },
        ChecksumAlgorithm: 'SHA256',
      }),
    )
    assert.notEqual((await store.head(stored)).sha256, file.sha256)
  })

  test('s3Store() says that a store which cannot be reached is to be tried later, and goes on when it is back', async () => {
    await using folder = await suiteFolder()
    await using store = await open(await bucket(), { maxAttempts: 2 })
    const file = await folder.file(noise(100, 'away'))
    moto.setReachable(false)
    try {
      await assert.rejects(store.put('away', file.path, file), { code: 'OBJECT_UNAVAILABLE' })
      await assert.rejects(store.head({ store: 'bucket', key: 'away' }), { code: 'OBJECT_UNAVAILABLE' })
    } finally {
      moto.setReachable(true)
    }
    await store.put('away', file.path, file)
  })

  test('s3Store() trusts nobody whom the configured authority does not vouch for', async () => {
    await using store = await open(await bucket(), { ca: undefined, maxAttempts: 1 })
    await assert.rejects(store.head({ store: 'bucket', key: 'a' }), { code: 'OBJECT_UNAVAILABLE' })
  })

  test('s3Store() says of a bucket that is not there that the store refuses', async () => {
    await using folder = await suiteFolder()
    await using store = await open('no-such-bucket')
    const file = await folder.file(noise(100, 'none'))
    await assert.rejects(store.put('a', file.path, file), { code: 'OBJECT_REFUSED' })
  })

  test('s3Store() lists more than one page', async () => {
    const name = await bucket()
    await using store = await open(name)
    for (let at = 0; at < 1_050; at += 50)
      await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          client.send(new PutObjectCommand({ Bucket: name, Key: `voxkeep/p/${at + i}`, Body: 'x' })),
        ),
      )
    assert.equal((await Array.fromAsync(store.list('p/'))).length, 1_050)
  })

  test('s3Store() stops an upload whose signal aborts', async () => {
    await using folder = await suiteFolder()
    const name = await bucket()
    await using store = await open(name)
    const file = await folder.file(noise(6 * mebibyte, 'abort'))
    const abort = new AbortController()
    const putting = store.put('abort', file.path, file, abort.signal)
    abort.abort()
    await assert.rejects(putting)
    await assert.rejects(client.send(new GetObjectCommand({ Bucket: name, Key: 'voxkeep/abort' })))
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: name }))
    assert.deepEqual(Uploads ?? [], [])
  })
})
