import { Agent } from 'node:https'
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import type { Clock, Secret } from '#kernel'
import type { LockMode } from './contract.ts'

/** An S3-compatible store, as the configuration says it. */
export interface S3StoreOptions {
  /** Its name in the configuration. */
  readonly id: string
  readonly bucket: string
  /** What the provider calls its region; also where the data is. */
  readonly region: string
  /** Goes before every key; empty, or ending with a slash. */
  readonly prefix: string
  /** Of another service than AWS. */
  readonly endpoint: string | undefined
  readonly pathStyle: boolean
  /** PEM of the authorities to trust for the endpoint, instead of the system's. */
  readonly ca: string | undefined
  /** Read again now and then, so that a rotated secret is taken up; without it the SDK's own chain (environment, files, instance role). */
  readonly credentials: (() => Promise<S3Credentials>) | undefined
  readonly encryption:
    | { readonly mode: 'AES256' | 'aws:kms'; readonly kmsKeyId?: string | undefined }
    | undefined
  /** Put on every new object: it cannot be deleted for so many days. */
  readonly lock: { readonly mode: LockMode; readonly days: number } | undefined
  /** Larger objects go in parts of this size, at least 5 MiB each. */
  readonly partBytes: number
  readonly maxAttempts: number
  /** For one answer; what takes longer is tried again. */
  readonly timeoutMs: number
  readonly clock: Clock
}

export interface S3Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret<string>
  readonly sessionToken?: Secret<string> | undefined
}

export type S3Sdk = typeof import('@aws-sdk/client-s3')

/** How long credentials by reference are used before they are read again. */
const credentialsMs = 60_000
const connectTimeoutMs = 5_000
const maxSockets = 32

/** Loads the SDK, which only those pay for who use it, and makes a client. Its own retries are bounded, with a growing, random wait. */
export async function s3Client(
  o: S3StoreOptions,
): Promise<{ readonly sdk: S3Sdk; readonly client: S3Client }> {
  const sdk = await import('@aws-sdk/client-s3')
  const { credentials } = o
  const config: S3ClientConfig = {
    region: o.region,
    forcePathStyle: o.pathStyle,
    maxAttempts: o.maxAttempts,
    retryMode: 'standard',
    // Checksums are ours, and SHA-256; the SDK's own choice would be CRC-32.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: o.timeoutMs,
      throwOnRequestTimeout: true,
      // Not left to NODE_TLS_REJECT_UNAUTHORIZED.
      httpsAgent: new Agent({
        keepAlive: true,
        maxSockets,
        rejectUnauthorized: true,
        ...(o.ca !== undefined && { ca: o.ca }),
      }),
    },
    ...(o.endpoint !== undefined && { endpoint: o.endpoint }),
    ...(credentials !== undefined && {
      credentials: async () => {
        const { accessKeyId, secretAccessKey, sessionToken } = await credentials()
        return {
          accessKeyId,
          secretAccessKey: secretAccessKey.reveal(),
          expiration: new Date(o.clock.now() + credentialsMs),
          ...(sessionToken !== undefined && { sessionToken: sessionToken.reveal() }),
        }
      },
    }),
  }
  return { sdk, client: new sdk.S3Client(config) }
}
