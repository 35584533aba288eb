import { readFileSync } from 'node:fs'
import type { Secret } from '#kernel'

/** Where AWS is, or what speaks like it. */
export interface AwsAddress {
  readonly region: string
  readonly endpoint?: string | undefined
  /** The only authorities trusted, instead of the system's. */
  readonly caFile?: string | undefined
  /** Without it, the SDK's own chain: environment, files, web identity, instance role. */
  readonly credentials?:
    | {
        readonly accessKeyId: string
        readonly secretAccessKey: string
        readonly sessionToken?: string | undefined
      }
    | undefined
  /** For one call with all its attempts. */
  readonly timeoutMs: number
}

/** The part of a client's settings that ours have in common. `readSecret` is asked anew every time, so that a new key counts at once. */
export function awsClientSettings(address: AwsAddress, readSecret: (reference: string) => Secret<string>) {
  const { region, endpoint, caFile, credentials, timeoutMs } = address
  const attempts = 3
  return {
    region,
    maxAttempts: attempts,
    requestHandler: {
      connectionTimeout: Math.ceil(timeoutMs / attempts),
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      httpsAgent: {
        keepAlive: true,
        maxSockets: 8,
        rejectUnauthorized: true, // not left to NODE_TLS_REJECT_UNAUTHORIZED
        ...(caFile !== undefined && { ca: readFileSync(caFile) }),
      },
    },
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials && {
      credentials: async () => ({
        accessKeyId: credentials.accessKeyId,
        secretAccessKey: readSecret(credentials.secretAccessKey).reveal(),
        ...(credentials.sessionToken !== undefined && {
          sessionToken: readSecret(credentials.sessionToken).reveal(),
        }),
      }),
    }),
  }
}
