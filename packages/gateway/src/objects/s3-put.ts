import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { ObjectError } from './error.ts'
import type { S3Sdk, S3StoreOptions } from './s3-client.ts'

/** One upload: where to, what, and what it must be. */
export interface S3Upload {
  readonly sdk: S3Sdk
  readonly client: S3Client
  readonly options: S3StoreOptions
  /** With the store's prefix. */
  readonly objectKey: string
  readonly file: string
  readonly expected: { readonly bytes: number; readonly sha256: string }
  readonly signal: AbortSignal | undefined
}

const maxParts = 10_000

/**
 * Uploads a file, in one request or in parts, each with its SHA-256 for the store to check. What is under the key already stays
 * (`If-None-Match`). An upload in parts that fails is aborted; one that a crash leaves is found by `cleanUp`. Gives the version's name.
 */
export async function s3Put(upload: S3Upload): Promise<{ readonly id: string | undefined }> {
  const file = await open(upload.file, 'r').catch((cause: unknown) => {
    throw new ObjectError('OBJECT_NOT_FOUND', 'the file to put is not there', { cause })
  })
  try {
    const { size } = await file.stat()
    if (size !== upload.expected.bytes) throw changed()
    const isSmall = size <= upload.options.partBytes
    return { id: isSmall ? await putWhole(upload, file) : await putParts(upload, file) }
  } finally {
    await file.close()
  }
}

async function putWhole(upload: S3Upload, file: FileHandle): Promise<string | undefined> {
  const { sdk, client, expected, signal } = upload
  const bytes = await readPart(file, 0, expected.bytes)
  const digest = createHash('sha256').update(bytes).digest()
  if (digest.toString('hex') !== expected.sha256) throw changed()
  const answer = await client.send(
    new sdk.PutObjectCommand({
      ...destination(upload),
      Body: bytes,
      ContentLength: bytes.length,
      ChecksumAlgorithm: 'SHA256', // a lock asks for the header too
      ChecksumSHA256: digest.toString('base64'),
      IfNoneMatch: '*',
    }),
    abortWith(signal),
  )
  return versionOf(answer)
}

async function putParts(upload: S3Upload, file: FileHandle): Promise<string | undefined> {
  const { sdk, client, options, objectKey, signal } = upload
  const where = { Bucket: options.bucket, Key: objectKey }
  const { UploadId } = await client.send(
    new sdk.CreateMultipartUploadCommand({ ...destination(upload), ChecksumAlgorithm: 'SHA256' }),
    abortWith(signal),
  )
  if (UploadId === undefined) throw new ObjectError('OBJECT_UNAVAILABLE', 'the store began no upload')
  try {
    const Parts = await sendParts(upload, file, UploadId)
    const answer = await client.send(
      new sdk.CompleteMultipartUploadCommand({
        ...where,
        UploadId,
        MultipartUpload: { Parts },
        IfNoneMatch: '*',
      }),
      abortWith(signal),
    )
    return versionOf(answer)
  } catch (error) {
    // The upload's own signal is perhaps what ended it. When this fails too, cleanUp finds what is left.
    await client.send(new sdk.AbortMultipartUploadCommand({ ...where, UploadId })).catch(() => {})
    throw error
  }
}

/** One part after the other, so that no more than one is in memory; the whole file's hash is taken on the way. */
async function sendParts(upload: S3Upload, file: FileHandle, UploadId: string) {
  const { sdk, client, options, objectKey, expected, signal } = upload
  const partBytes = Math.max(options.partBytes, Math.ceil(expected.bytes / maxParts))
  const whole = createHash('sha256')
  const parts: { ETag: string | undefined; PartNumber: number; ChecksumSHA256: string }[] = []
  for (let start = 0; start < expected.bytes; start += partBytes) {
    const bytes = await readPart(file, start, Math.min(partBytes, expected.bytes - start))
    whole.update(bytes)
    const PartNumber = parts.length + 1
    const ChecksumSHA256 = createHash('sha256').update(bytes).digest('base64')
    const { ETag } = await client.send(
      new sdk.UploadPartCommand({
        Bucket: options.bucket,
        Key: objectKey,
        UploadId,
        PartNumber,
        Body: bytes,
        ContentLength: bytes.length,
        ChecksumSHA256,
      }),
      abortWith(signal),
    )
    parts.push({ ETag, PartNumber, ChecksumSHA256 })
  }
  if (whole.digest('hex') !== expected.sha256) throw changed()
  return parts
}

function destination({ options, objectKey }: S3Upload) {
  const { encryption, lock, clock } = options
  return {
    Bucket: options.bucket,
    Key: objectKey,
    ContentType: 'application/octet-stream',
    ...(encryption && { ServerSideEncryption: encryption.mode }),
    ...(encryption?.kmsKeyId !== undefined && { SSEKMSKeyId: encryption.kmsKeyId }),
    ...(lock && {
      ObjectLockMode: lock.mode === 'governance' ? ('GOVERNANCE' as const) : ('COMPLIANCE' as const),
      ObjectLockRetainUntilDate: new Date(clock.now() + lock.days * 86_400_000),
    }),
  }
}

/** A bucket without versions calls its only one `null`. */
function versionOf({ VersionId }: { readonly VersionId?: string | undefined }): string | undefined {
  return VersionId === 'null' ? undefined : VersionId
}

async function readPart(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  for (let read = 0; read < length;) {
    const { bytesRead } = await file.read(bytes, read, length - read, position + read)
    if (bytesRead === 0) throw changed()
    read += bytesRead
  }
  return bytes
}

function changed(): ObjectError {
  return new ObjectError('OBJECT_CORRUPT', 'the file is not the one that was sealed')
}

export function abortWith(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal }
}
