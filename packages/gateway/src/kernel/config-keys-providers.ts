import { z } from 'zod'
import { file, id, ownSecretRef, region, tlsFiles } from './config-values.ts'

const timeoutMs = z
  .int()
  .min(100)
  .max(60_000)
  .default(5_000)
  .describe('For one request, with all its attempts')
const caFile = file.optional().describe('The only authorities trusted for it, instead of the system’s')

const local = z.strictObject({
  id,
  kind: z.literal('local'),
  region: region.optional().describe('Default: the node’s'),
  keyringFile: file.optional().describe('Default: `<dataDir>/keyring.json`, made by `voxkeep init`'),
  passphrase: ownSecretRef
    .optional()
    .describe('What unlocks the keyring, by reference; default: it has none'),
})

const vaultAuth = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('token'),
    token: ownSecretRef.describe('A token; renewed while it can be, and read again when it is refused'),
  }),
  z.strictObject({
    method: z.literal('approle'),
    mount: z.string().min(1).default('approle'),
    roleId: z.string().min(1),
    secretId: ownSecretRef,
  }),
  z.strictObject({
    method: z.literal('kubernetes'),
    mount: z.string().min(1).default('kubernetes'),
    role: z.string().min(1),
    jwtFile: file
      .default('/var/run/secrets/kubernetes.io/serviceaccount/token')
      .describe('The service account’s token; read for each login'),
  }),
])

const vaultTransit = z.strictObject({
  id,
  kind: z.literal('vault-transit').describe('HashiCorp Vault or OpenBao'),
  region: region.optional().describe('Where it is, for tenants that are tied to regions'),
  url: z.url({ protocol: /^https$/ }).describe('Its address; redirects are not followed'),
  mount: z
    .string()
    .regex(/^[\w-]+(?:\/[\w-]+)*$/)
    .default('transit')
    .describe('Where the Transit engine is mounted'),
  namespace: z
    .string()
    .regex(/^[\w-]+(?:\/[\w-]+)*\/?$/)
    .optional()
    .describe('Sent as `X-Vault-Namespace`'),
  auth: vaultAuth,
  caFile,
  clientCertificate: tlsFiles
    .optional()
    .describe('What we prove ourselves with, where it asks for a certificate'),
  timeoutMs,
})

const awsKms = z.strictObject({
  id,
  kind: z.literal('aws-kms'),
  region: z.string().regex(/^[a-z0-9-]+$/),
  endpoint: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('A private endpoint, or what speaks like AWS; default: that of the region'),
  caFile,
  credentials: z
    .strictObject({
      accessKeyId: z.string().min(1),
      secretAccessKey: ownSecretRef,
      sessionToken: ownSecretRef.optional(),
    })
    .optional()
    .describe('Default: the chain of the AWS SDK (environment, files, web identity, instance role)'),
  timeoutMs,
})

const pkcs11 = z.strictObject({
  id,
  kind: z.literal('pkcs11').describe('An HSM, or SoftHSM'),
  region: region.optional().describe('Where it is, for tenants that are tied to regions'),
  moduleFile: file.describe('The PKCS#11 library of its maker'),
  tokenLabel: z.string().min(1).max(32),
  pin: ownSecretRef.describe(
    'The user’s PIN. Refused once, it is not tried again until the gateway restarts',
  ),
  iv: z
    .enum(['gateway', 'token'])
    .default('gateway')
    .describe('Who makes the nonce of AES-GCM: some HSMs (AWS CloudHSM) insist on their own'),
  timeoutMs,
})

/** A service that holds keys. */
export const keyProvider = z.discriminatedUnion('kind', [local, vaultTransit, awsKms, pkcs11])
