import { z } from 'zod'
import { file, id, port, region, secretRef, tlsFiles } from './config-values.ts'

const refer = z.strictObject({
  accept: z
    .boolean()
    .default(false)
    .describe('Let this trunk’s peers transfer calls with REFER and take them over with Replaces'),
  targets: z
    .array(z.string())
    .default([])
    .describe(
      'Where they may transfer to: numbers, prefixes such as `+1212*`, or URIs such as `sip:*@pbx.example.com`. The app’s `dialing` must allow it too',
    ),
})

const outbound = z.strictObject({
  host: z
    .string()
    .min(1)
    .describe('Name or address of the peer; a name is looked up as RFC 3263 says (SRV, then A and AAAA)'),
  port: port.optional().describe('Default: what SRV says, else 5061'),
  serverName: z
    .string()
    .optional()
    .describe('Name that the peer’s certificate must carry (RFC 5922); default: `host`'),
  caFile: file.optional().describe('The only authorities trusted for this peer, instead of the system’s'),
  crlFile: file
    .optional()
    .describe(
      'PEM revocation lists of every authority in the peer’s chain; a list that is missing or out of date refuses the peer. Needs `caFile`',
    ),
  ocsp: z
    .enum(['off', 'stapled', 'required'])
    .default('stapled')
    .describe(
      'What the peer’s own proof that its certificate is not revoked (OCSP stapling) is for: nothing, refuse a peer whose proof says that it is, or refuse also a peer without a good one',
    ),
  clientCertificate: tlsFiles
    .optional()
    .describe('What we prove ourselves with; default: the listener’s certificate'),
  digest: z
    .strictObject({ username: z.string(), password: secretRef, realm: z.string().optional() })
    .optional()
    .describe('Answer to the peer’s challenge; with `realm`, only to that realm’s'),
  domain: z.string().optional().describe('Host part of From and of the request URI; default: `host`'),
  maxCalls: z.int().min(1).default(100),
  callsPerSecond: z.int().min(1).default(10),
  redirects: z
    .enum(['refuse', 'same-host'])
    .default('refuse')
    .describe('Whether a 3xx is followed, to the same host only'),
  health: z
    .strictObject({
      intervalMs: z
        .int()
        .min(0)
        .default(30_000)
        .describe('Between OPTIONS; 0: none, the trunk counts as healthy'),
      failures: z.int().min(1).default(3).describe('In a row before the trunk is passed over'),
      successes: z.int().min(1).default(2).describe('In a row before it is used again'),
    })
    .prefault({}),
  keepAliveMs: z
    .int()
    .min(1_000)
    .default(30_000)
    .describe('Between double CRLFs (RFC 5626) on a connection that we opened'),
})

/** Who calls, and whom we call through. */
export const trunk = z.strictObject({
  id,
  app: id.describe('The app that is told about calls from this trunk'),
  tenant: id.default('default'),
  regions: z
    .array(region)
    .min(1)
    .optional()
    .describe('Where it may be used: on a node elsewhere its calls are refused. Default: anywhere'),
  jurisdictionHeader: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,62}$/)
    .optional()
    .describe(
      'Header of an INVITE in which this trunk says where the caller is (`US-CA`, `DE`), for the rules of consent; never makes them less strict',
    ),
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
      algorithms: z
        .array(z.enum(['SHA-256', 'SHA-512-256', 'MD5']))
        .min(1)
        .default(['SHA-256'])
        .describe(
          'Challenges in the order they are sent. Some phones read only the first: `[MD5]` lets those in, where nothing better does',
        ),
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
      rollover: z
        .enum(['auto', 'keep', 'reset'])
        .default('auto')
        .describe(
          'What a new key of the peer does to its rollover counter: RFC 3711 keeps it, Microsoft Teams starts at 0; `auto` finds out',
        ),
    })
    .prefault({}),
  codecs: z
    .array(z.enum(['PCMU', 'PCMA', 'G722', 'L16', 'OPUS']))
    .min(1)
    .default(['PCMU', 'PCMA', 'G722', 'OPUS'])
    .describe('In order of preference'),
  inbandDigits: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe(
      'Whether keys are heard as tones in the audio: `auto` where the peer agreed on no telephone events (RFC 4733), and while keys are collected in secret',
    ),
  reliableProvisional: z
    .enum(['off', 'supported', 'required'])
    .default('supported')
    .describe('PRACK (RFC 3262) for provisional responses'),
  sessionExpiresS: z
    .int()
    .min(90)
    .max(86_400)
    .default(1_800)
    .describe('Session timer (RFC 4028) that we ask for where the peer knows it'),
  refer: refer.prefault({}),
  identity: z
    .enum(['off', 'report', 'downgrade', 'reject'])
    .default('off')
    .describe(
      'STIR/SHAKEN (RFC 8224) of calls from this trunk: tell the app, also withhold an unproven caller ID, or refuse the call. Needs `stir.rootsFile`',
    ),
  outbound: outbound.optional().describe('How calls are placed through this trunk; without it none are'),
  maxCalls: z.int().min(1).default(1_000),
})
