import { Readable } from 'node:stream'
import type { HeadObjectCommandOutput, S3Client } from '@aws-sdk/client-s3'
import type { ListedObject, LockMode, ObjectRef, ObjectStore, StoredObject } from './contract.ts'
import { isObjectError, ObjectError } from './error.ts'
import { measureStream } from './file-hash.ts'
import { checkKey, checkPrefix } from './object-key.ts'
import { s3Client, type S3Sdk, type S3StoreOptions } from './s3-client.ts'
import { asObjectError, asPutError } from './s3-error.ts'
import { s3Put } from './s3-put.ts'

/**
 * Objects in a bucket of an S3-compatible service. The bucket must be there. With versioning on, `delete` removes every version, so that
 * nothing is merely hidden; with object lock on, `lock` and `hold` are the service's own, and governance is never bypassed.
 */
export async function s3Store(o: S3StoreOptions): Promise<ObjectStore> {
  const bucket: Bucket = { ...(await s3Client(o)), o }
  return {
    id: o.id,
    kind: 's3',
    region: o.region,
    put: (key, file, expected, signal) => put(bucket, key, { file, expected, signal }),
    get: (ref, range) => get(bucket, ref, range),
    head: (ref) => head(bucket, ref),
    list: (prefix) => list(bucket, prefix),
    delete: (ref) => removeAll(bucket, ref),
    lock: (ref, mode, until) => lock(bucket, ref, { mode, until }),
    async hold(ref, on) {
      const Status = on ? 'ON' : 'OFF'
      await mapped(() =>
        bucket.client.send(
          new bucket.sdk.PutObjectLegalHoldCommand({ ...place(bucket, ref), LegalHold: { Status } }),
        ),
      )
    },
    cleanUp: (before) => cleanUp(bucket, before),
    [Symbol.asyncDispose]: () => Promise.resolve(bucket.client.destroy()),
  }
}

interface Bucket {
  readonly sdk: S3Sdk
  readonly client: S3Client
  readonly o: S3StoreOptions
}

function place({ o }: Bucket, ref: ObjectRef) {
  return {
    Bucket: o.bucket,
    Key: o.prefix + checkKey(ref.key),
    ...(ref.versionId !== undefined && { VersionId: ref.versionId }),
  }
}

async function put(
  bucket: Bucket,
  key: string,
  what: {
    file: string
    expected: { bytes: number; sha256: string }
    signal: AbortSignal | undefined
  },
): Promise<StoredObject> {
  const { sdk, client, o } = bucket
  const objectKey = o.prefix + checkKey(key)
  const ref = { store: o.id, key }
  const versionId = await s3Put({ sdk, client, options: o, objectKey, ...what }).catch((thrown: unknown) => {
    const error = asPutError(thrown)
    // Ours from before a crash, or from an attempt whose answer was lost; the comparison below tells.
    if (isObjectError(error, 'OBJECT_EXISTS')) return 'there' as const
    throw error
  })
  const { expected } = what
  const stored =
    versionId === 'there'
      ? await head(bucket, ref)
      : { ...(await describe(bucket, { ...ref, versionId: versionId?.id })), sha256: expected.sha256 }
  if (stored.bytes !== expected.bytes || stored.sha256 !== expected.sha256)
    throw new ObjectError('OBJECT_EXISTS', 'another object has this key')
  if (o.lock === undefined || stored.lock !== undefined) return stored
  // Some services take no notice of a lock that is asked for with an upload in parts.
  const until = new Date(o.clock.now() + o.lock.days * 86_400_000)
  await lock(bucket, stored, { mode: o.lock.mode, until })
  return { ...stored, lock: { mode: o.lock.mode, until } }
}

/** A hash that the service took itself; for an object in parts, or one that somebody else wrote, it is taken by reading. */
async function head(bucket: Bucket, ref: ObjectRef): Promise<StoredObject> {
  const found = await describe(bucket, ref)
  const sha256 = found.sha256 ?? (await measureStream(await get(bucket, ref, undefined))).sha256
  return { ...found, sha256 }
}

async function describe(
  bucket: Bucket,
  ref: ObjectRef,
): Promise<Omit<StoredObject, 'sha256'> & { readonly sha256: string | undefined }> {
  const { sdk, client, o } = bucket
  const found = await mapped(() =>
    client.send(new sdk.HeadObjectCommand({ ...place(bucket, ref), ChecksumMode: 'ENABLED' })),
  )
  const versionId = ref.versionId ?? (found.VersionId === 'null' ? undefined : found.VersionId)
  return {
    store: o.id,
    key: ref.key,
    bytes: found.ContentLength ?? 0,
    sha256: sha256Of(found),
    ...(versionId !== undefined && { versionId }),
    ...lockOf(found),
    ...(found.ObjectLockLegalHoldStatus === 'ON' && { hold: true }),
  }
}

/** The service's own checksum where it is one of the whole object. */
function sha256Of(found: HeadObjectCommandOutput): string | undefined {
  const checksum = found.ChecksumSHA256
  const isInParts = found.ChecksumType === 'COMPOSITE' || found.ETag?.includes('-') === true
  if (checksum === undefined || isInParts || checksum.includes('-')) return undefined
  return Buffer.from(checksum, 'base64').toString('hex')
}

function lockOf(found: HeadObjectCommandOutput): Pick<StoredObject, 'lock'> {
  const { ObjectLockMode, ObjectLockRetainUntilDate } = found
  if (ObjectLockMode === undefined || ObjectLockRetainUntilDate === undefined) return {}
  const mode = ObjectLockMode === 'COMPLIANCE' ? 'compliance' : 'governance'
  return { lock: { mode, until: ObjectLockRetainUntilDate } }
}

async function get(
  bucket: Bucket,
  ref: ObjectRef,
  range: Parameters<ObjectStore['get']>[1],
): Promise<Readable> {
  const { start = 0, end } = range ?? {}
  if (end !== undefined && end <= start) return Readable.from([])
  const bytes =
    start === 0 && end === undefined ? undefined : `bytes=${start}-${end === undefined ? '' : end - 1}`
  const { sdk, client } = bucket
  try {
    const answer = await client.send(
      new sdk.GetObjectCommand({ ...place(bucket, ref), ...(bytes !== undefined && { Range: bytes }) }),
    )
    if (!(answer.Body instanceof Readable))
      throw new ObjectError('OBJECT_UNAVAILABLE', 'the store sent no bytes')
    return Readable.from(pieces(answer.Body), { objectMode: false })
  } catch (error) {
    if ((error as Error).name === 'InvalidRange') return Readable.from([]) // past the end
    throw asObjectError(error)
  }
}

async function* pieces(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of body) yield piece as Uint8Array
  } catch (cause) {
    throw new ObjectError('OBJECT_UNAVAILABLE', 'the store broke off', { cause })
  }
}

async function* list(bucket: Bucket, prefix: string): AsyncGenerator<ListedObject> {
  const { sdk, client, o } = bucket
  const Prefix = o.prefix + checkPrefix(prefix)
  let token: string | undefined
  do {
    const page = await mapped(() =>
      client.send(
        new sdk.ListObjectsV2Command({
          Bucket: o.bucket,
          Prefix,
          ...(token !== undefined && { ContinuationToken: token }),
        }),
      ),
    )
    for (const { Key = '', Size = 0 } of page.Contents ?? [])
      yield { store: o.id, key: Key.slice(o.prefix.length), bytes: Size }
    token = page.NextContinuationToken
  } while (token !== undefined)
}

/** Every version and every delete marker of the key. A locked one stops it, with until when. */
async function removeAll(bucket: Bucket, ref: ObjectRef): Promise<void> {
  const { sdk, client, o } = bucket
  const { Key } = place(bucket, ref)
  const versions = await versionsOf(bucket, Key)
  for (const VersionId of versions) {
    try {
      await client.send(new sdk.DeleteObjectCommand({ Bucket: o.bucket, Key, VersionId }))
    } catch (error) {
      throw await whyKept(bucket, { ...ref, versionId: VersionId }, asObjectError(error))
    }
  }
}

async function versionsOf(bucket: Bucket, key: string): Promise<string[]> {
  const { sdk, client, o } = bucket
  const versions: string[] = []
  let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {}
  while (from !== undefined) {
    const page = await mapped(() =>
      client.send(new sdk.ListObjectVersionsCommand({ Bucket: o.bucket, Prefix: key, ...from })),
    )
    for (const { Key, VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])])
      if (Key === key && VersionId !== undefined) versions.push(VersionId)
    from = page.IsTruncated
      ? {
          ...(page.NextKeyMarker !== undefined && { KeyMarker: page.NextKeyMarker }),
          ...(page.NextVersionIdMarker !== undefined && { VersionIdMarker: page.NextVersionIdMarker }),
        }
      : undefined
  }
  return versions
}

/** A locked object answers a deletion with a plain refusal; what lies on it says whether it is that. */
async function whyKept(bucket: Bucket, ref: ObjectRef, error: ObjectError): Promise<ObjectError> {
  if (error.code !== 'OBJECT_REFUSED') return error
  const found = await describe(bucket, ref).catch(() => undefined)
  const until = found?.lock?.until
  const isLocked = found?.hold === true || (until !== undefined && until.getTime() > bucket.o.clock.now())
  if (!isLocked) return error
  const message = 'the object may not be deleted yet'
  return new ObjectError('OBJECT_LOCKED', message, {
    cause: error,
    until: found?.hold === true ? undefined : until,
  })
}

async function lock(bucket: Bucket, ref: ObjectRef, to: { mode: LockMode; until: Date }): Promise<void> {
  const { sdk, client } = bucket
  const { lock: now } = await describe(bucket, ref)
  const isStronger = now !== undefined && now.until >= to.until
  if (isStronger && (now.mode === to.mode || now.mode === 'compliance')) return
  if (isStronger || (now?.mode === 'compliance' && to.mode === 'governance'))
    throw new ObjectError('OBJECT_REFUSED', 'a lock is only ever made longer or stricter')
  await mapped(() =>
    client.send(
      new sdk.PutObjectRetentionCommand({
        ...place(bucket, ref),
        Retention: {
          Mode: to.mode === 'compliance' ? 'COMPLIANCE' : 'GOVERNANCE',
          RetainUntilDate: to.until,
        },
      }),
    ),
  )
}

async function cleanUp(bucket: Bucket, before: Date): Promise<number> {
  const { sdk, client, o } = bucket
  let count = 0
  let from: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {}
  while (from !== undefined) {
    const page = await mapped(() =>
      client.send(new sdk.ListMultipartUploadsCommand({ Bucket: o.bucket, Prefix: o.prefix, ...from })),
    )
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined || (Initiated ?? before) >= before) continue
      await mapped(() =>
        client.send(new sdk.AbortMultipartUploadCommand({ Bucket: o.bucket, Key, UploadId })),
      )
      count += 1
    }
    from = page.IsTruncated
      ? {
          ...(page.NextKeyMarker !== undefined && { KeyMarker: page.NextKeyMarker }),
          ...(page.NextUploadIdMarker !== undefined && { UploadIdMarker: page.NextUploadIdMarker }),
        }
      : undefined
  }
  return count
}

async function mapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw asObjectError(error)
  }
}
