import { z } from 'zod'
import { agents } from './config-agents.ts'
import { app } from './config-app.ts'
import { alerts } from './config-alerts.ts'
import { auditLog } from './config-audit.ts'
import { backup } from './config-backup.ts'
import { database } from './config-database.ts'
import { dialLimits } from './config-dialing.ts'
import { keys, tenantKeys } from './config-keys.ts'
import { objects } from './config-objects.ts'
import { consent, tenantConsent } from './config-consent.ts'
import { payments } from './config-payments.ts'
import { privacy } from './config-privacy.ts'
import { retention } from './config-retention.ts'
import { speech, tenantSpeech } from './config-speech.ts'
import { tokenVault } from './config-token-vault.ts'
import { secrets } from './config-secrets.ts'
import { siem } from './config-siem.ts'
import { trunk } from './config-trunk.ts'
import { file, id, port, region, tlsFiles } from './config-values.ts'
import { verifiers } from './config-verifiers.ts'
import { promptCache, voices } from './config-voices.ts'

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
  clientCrlFile: file
    .optional()
    .describe('PEM revocation lists of every one of those authorities; reloaded when the file changes'),
  ocsp: z
    .strictObject({
      staple: z
        .boolean()
        .default(true)
        .describe(
          'Ask the certificate’s OCSP responder about it, show peers what it says, and raise the alarm when it says “revoked”',
        ),
      url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe(
          'The responder; default: the one that the certificate names, and without one nobody is asked. A private address must be in `egress.allowPrivate`',
        ),
    })
    .prefault({}),
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
      handshakesPerSecond: z
        .int()
        .min(1)
        .default(200)
        .describe('TLS handshakes a second with all addresses that are no trunk’s'),
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

const api = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: port.default(8443),
  tls: tlsFiles,
  rateLimitPerMinute: z.int().min(1).default(1_200),
})

/** The whole configuration. The reference in docs/configuration.md is made from this. */

export const configSchema = z.strictObject({
  node: z
    .strictObject({
      name: id.default('voxkeep'),
      region: region
        .optional()
        .describe('Where this node is: a word of your own, which `regions` of tenants and trunks use too'),
    })
    .prefault({}),
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
      ffi: z
        .boolean()
        .default(false)
        .describe(
          'Experimental: AES-GCM through `node:ffi`, straight into the OpenSSL of Node, for less CPU. Where that is not to be had, `node:crypto` as ever',
        ),
    })
    .prefault({}),
  tenants: z
    .array(
      z.strictObject({
        id,
        dialing: dialLimits.optional(),
        regions: z
          .array(region)
          .min(1)
          .optional()
          .describe(
            'Where its calls may be and its data may go; a store, key, app endpoint or collector elsewhere is refused. Default: anywhere',
          ),
        retention: z
          .strictObject({
            mode: z
              .enum(['keep', 'stream-only'])
              .default('keep')
              .describe('`stream-only`: nothing of its calls is stored at all; see docs/residency.md'),
          })
          .optional(),
        speech: tenantSpeech.optional(),
        keys: tenantKeys.optional().describe('The tenant’s own key (BYOK)'),
        consent: tenantConsent
          .optional()
          .describe('Who must agree to a recording, where it is otherwise here'),
        privacy: id.optional().describe('The policy under `privacy` for its calls; default: nobody listens'),
      }),
    )
    .default([])
    .describe('What all apps of a tenant share'),
  stir: z
    .strictObject({
      rootsFile: file
        .optional()
        .describe('PEM certificates of the STI authorities to trust; without it no Identity is verified'),
      freshnessS: z.int().min(1).max(600).default(60).describe('How old a PASSporT may be'),
      certificateCacheS: z.int().min(0).default(3_600),
      sign: z
        .strictObject({
          keyFile: file.describe('PEM private key, P-256'),
          certificateUrl: z
            .url({ protocol: /^https$/ })
            .describe('Where others fetch our certificate (`x5u`)'),
          attestation: z
            .enum(['A', 'B', 'C'])
            .default('B')
            .describe(
              'The most that is attested. A is given only for caller IDs listed under `dialing.callerIds`',
            ),
        })
        .optional()
        .describe('Sign calls that we place'),
    })
    .prefault({}),
  egress: z
    .strictObject({
      allowPrivate: z
        .array(z.string())
        .default([])
        .describe('Private, loopback or link-local addresses (CIDR) that webhooks and streams may reach'),
      connectTo: z
        .record(
          z
            .string()
            .regex(/^[A-Za-z0-9.-]{1,253}:\d{1,5}$/, 'a host and its port, such as "app.example.com:443"'),
          z
            .string()
            .regex(
              /^(?:\[[0-9A-Fa-f:.]+\]|[0-9.]+):\d{1,5}$/,
              'an address and a port, such as "127.0.0.1:8443"',
            ),
        )
        .default({})
        .describe(
          'For development: where to connect to in place of what a name says. What is signed, the `Host` header and the certificate that is asked for stay those of the name',
        ),
    })
    .prefault({}),
  api: api.optional(),
  vault: z
    .strictObject({
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
  database,
  keys,
  objects,
  retention,
  secrets,
  audit: auditLog,
  siem,
  alerts,
  speech,
  voices,
  verifiers,
  promptCache,
  agents,
  privacy,
  tokenVault,
  payments,
  consent,
  backup,
  log: z
    .strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .prefault({}),
})

export type Config = z.output<typeof configSchema>
export type TrunkConfig = Config['trunks'][number]
export type AppConfig = Config['apps'][number]
export type TlsFiles = z.output<typeof tlsFiles>
