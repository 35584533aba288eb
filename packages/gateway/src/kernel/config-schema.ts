import { z } from 'zod'

/** A secret by reference: `file:/path` (trailing newline dropped) or `env:NAME`. Never the value itself. */
const secretRef = z
  .string()
  .regex(/^(file|env):.+$/, 'a secret is given by reference: "file:/path/to/it" or "env:NAME"')
  .describe('A secret by reference: `file:/path` or `env:NAME`, never the value itself')
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, at most 63')
const port = z.int().min(1).max(65_535)
const file = z.string().min(1)

const tlsFiles = z.strictObject({
  certFile: file.describe('PEM certificate chain; reloaded when the file changes'),
  keyFile: file.describe('PEM private key'),
})

const sipListener = z.strictObject({
  host: z.string().default('0.0.0.0').describe('Address to bind'),
  port: port.default(5061),
  tls: tlsFiles,
  minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
  clientCertificates: z
    .enum(['off', 'optional', 'required'])
    .default('off')
    .describe('Whether peers must prove themselves with a certificate'),
  clientCaFile: file.optional().describe('Authorities that client certificates must chain to'),
})

const sip = z.strictObject({
  listen: z.array(sipListener).min(1),
  advertisedHost: z
    .string()
    .optional()
    .describe('Host name or address put into Contact and Via; default: the address the peer reached'),
  limits: z
    .strictObject({
      connectionsPerSource: z.int().min(1).default(64),
      connections: z.int().min(1).default(2_000),
      handshakeTimeoutMs: z.int().min(100).default(5_000),
      messageTimeoutMs: z
        .int()
        .min(100)
        .default(5_000)
        .describe('How long one message may take to arrive (slow-loris guard)'),
      idleTimeoutMs: z.int().min(1_000).default(600_000),
      strangerMessages: z
        .int()
        .min(0)
        .default(3)
        .describe('Messages a source that is no trunk may send before its connections are closed'),
      callsPerSecond: z.int().min(1).default(100).describe('New calls a second, all trunks together'),
    })
    .prefault({}),
})

const trunk = z.strictObject({
  id,
  app: id.describe('The app that is told about calls from this trunk'),
  tenant: id.default('default'),
  allowedAddresses: z.array(z.string()).default([]).describe('CIDR ranges the trunk calls from'),
  clientCertificateName: z
    .string()
    .optional()
    .describe('DNS or URI name that the client certificate must carry'),
  digest: z
    .strictObject({
      realm: z.string().default('voxkeep'),
      username: z.string(),
      password: secretRef,
      allowMd5: z.boolean().default(false).describe('Also offer MD5, for trunks that know nothing better'),
    })
    .optional(),
  srtp: z
    .strictObject({
      suites: z
        .array(
          z.enum([
            'AES_CM_128_HMAC_SHA1_80',
            'AES_CM_128_HMAC_SHA1_32',
            'AES_256_CM_HMAC_SHA1_80',
            'AES_256_CM_HMAC_SHA1_32',
            'AEAD_AES_128_GCM',
            'AEAD_AES_256_GCM',
          ]),
        )
        .min(1)
        .default([
          'AEAD_AES_256_GCM',
          'AEAD_AES_128_GCM',
          'AES_256_CM_HMAC_SHA1_80',
          'AES_CM_128_HMAC_SHA1_80',
        ])
        .describe('In order of preference'),
      allowAvpWithCrypto: z
        .boolean()
        .default(false)
        .describe('Accept `RTP/AVP` that carries `a=crypto` as if it said `RTP/SAVP`'),
    })
    .prefault({}),
  maxCalls: z.int().min(1).default(1_000),
})

const webhook = z.strictObject({
  url: z.url({ protocol: /^https$/ }).describe('Told of each call; its answer decides what happens'),
  fallbackUrl: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('Asked when `url` fails'),
  eventsUrl: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe('Told of events after the fact; default: `url`'),
  secrets: z
    .array(secretRef)
    .min(1)
    .max(4)
    .describe('`whsec_…` secrets; every one signs, so that they can be rotated'),
  timeoutMs: z.int().min(100).max(15_000).default(5_000),
  caFile: file.optional().describe('Authorities to trust for this app, instead of the system’s'),
  clientCertificate: tlsFiles.optional(),
})

const app = z.strictObject({
  id,
  tenant: id.default('default'),
  webhook,
  stream: z
    .strictObject({
      secret: secretRef
        .optional()
        .describe(
          'Token for `X-Twilio-Signature` on stream upgrades; the Standard Webhooks headers are always there',
        ),
      caFile: file.optional(),
      clientCertificate: tlsFiles.optional(),
      spkiPins: z
        .array(z.string().regex(/^[A-Za-z0-9+/]{43}=$/))
        .default([])
        .describe('Base64 SHA-256 of the public keys to accept'),
      connectTimeoutMs: z.int().min(100).default(5_000),
      pingIntervalMs: z.int().min(100).default(10_000),
      pongTimeoutMs: z.int().min(100).default(10_000),
      maxBufferedMs: z.int().min(1_000).default(600_000).describe('Audio the app may queue for the caller'),
      maxBehindMs: z
        .int()
        .min(100)
        .default(2_000)
        .describe('Audio that may wait for a slow app before the oldest is dropped'),
      reconnect: z
        .strictObject({ attempts: z.int().min(0).max(10).default(2), delayMs: z.int().min(0).default(250) })
        .prefault({}),
    })
    .prefault({}),
  fallback: z
    .strictObject({
      playFile: file.optional().describe('WAV played to the caller when the app cannot be asked'),
      reject: z.boolean().default(false).describe('Reject with 503 instead of answering with the message'),
    })
    .prefault({}),
})

const api = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: port.default(8443),
  tls: tlsFiles,
  rateLimitPerMinute: z.int().min(1).default(1_200),
})

/** The whole configuration. The reference in docs/configuration.md is made from this. */
export const configSchema = z.strictObject({
  node: z.strictObject({ name: id.default('voxkeep') }).prefault({}),
  dataDir: file.describe('Where the database, recordings and keyring live; created with mode 0700'),
  sip,
  trunks: z.array(trunk).default([]),
  apps: z.array(app).default([]),
  media: z
    .strictObject({
      host: z.string().default('0.0.0.0').describe('Address the RTP sockets bind to'),
      advertisedAddress: z
        .string()
        .optional()
        .describe('Address put into SDP; default: the address the SIP peer reached'),
      portMin: port.default(20_000),
      portMax: port.default(29_999),
      portDrainMs: z
        .int()
        .min(0)
        .default(5_000)
        .describe('How long a port rests before another call may have it'),
      workers: z
        .int()
        .min(1)
        .optional()
        .describe('Media threads; default: one for each core beyond the first'),
      silenceTimeoutMs: z
        .int()
        .min(1_000)
        .default(30_000)
        .describe('A call whose caller sends nothing for this long is ended'),
      reorderMs: z
        .int()
        .min(0)
        .max(200)
        .default(60)
        .describe('The longest that a packet waits for one that is missing'),
    })
    .prefault({}),
  egress: z
    .strictObject({
      allowPrivate: z
        .array(z.string())
        .default([])
        .describe('Private, loopback or link-local addresses (CIDR) that webhooks and streams may reach'),
    })
    .prefault({}),
  api: api.optional(),
  vault: z
    .strictObject({
      keyringFile: file.optional().describe('Default: `<dataDir>/keyring.json`, made by `voxkeep init`'),
      passphrase: secretRef.optional(),
      recordings: z.strictObject({ fsyncMs: z.int().min(0).default(5_000) }).prefault({}),
    })
    .prefault({}),
  calls: z
    .strictObject({
      maxDurationMs: z
        .int()
        .min(1_000)
        .default(4 * 60 * 60_000),
      maxConcurrent: z.int().min(1).default(1_000),
    })
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .prefault({}),
})

export type Config = z.output<typeof configSchema>
export type TrunkConfig = Config['trunks'][number]
export type AppConfig = Config['apps'][number]
export type TlsFiles = z.output<typeof tlsFiles>
