import { z } from 'zod'
import { file, id, port, region, secretRef, tlsFiles } from './config-values.ts'

const minute = 60_000

const tls = z.strictObject({
  caFile: file
    .optional()
    .describe(
      'PEM authorities that alone may have signed the collector’s certificate; default: the system’s',
    ),
  serverName: z
    .string()
    .optional()
    .describe('Name that the collector’s certificate must carry; default: the host'),
  clientCertificate: tlsFiles.optional().describe('Shown to a collector that asks for one'),
  fingerprints: z
    .array(z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){31}$/i, '32 hex pairs with colons'))
    .min(1)
    .optional()
    .describe(
      'SHA-256 of the collector’s certificate, one of which it must have (RFC 5425 §5.1), beside all other checks',
    ),
})

const shared = {
  id,
  region: region.optional().describe('Where it is, for tenants that are tied to regions'),
  tenants: z.array(id).min(1).optional().describe('Only events of these tenants; default: all'),
  types: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Only events of these types; `*` stands for anything: `recording.*`. Default: all'),
  startAt: z
    .enum(['beginning', 'now'])
    .default('beginning')
    .describe('Where a collector starts that nothing was sent to yet'),
  batchEvents: z.int().min(1).max(5_000).default(1_000).describe('Events sent in one go, at most'),
  batchBytes: z.int().min(16_384).max(4_194_304).default(1_048_576),
  flushMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(1_000)
    .describe('How long events are gathered before they are sent'),
  timeoutMs: z
    .int()
    .min(500)
    .default(15_000)
    .describe('For one batch, from connecting to its acknowledgement'),
  lagAlertMs: z
    .int()
    .min(1_000)
    .default(5 * minute)
    .describe('An event that waits longer than this is reported (`siem.lagging`), which raises an alert'),
}

const syslog = z.strictObject({
  kind: z.literal('syslog'),
  ...shared,
  transport: z
    .enum(['tls', 'tcp', 'udp'])
    .default('tls')
    .describe('`tls`: RFC 5425. `tcp` and `udp` are plaintext and need `dangerouslyAllowPlaintext`'),
  dangerouslyAllowPlaintext: z
    .boolean()
    .default(false)
    .describe('Allow `tcp` and `udp`: anyone on the way can read and forge events, and udp loses some'),
  host: z.string().min(1),
  port: port.default(6_514),
  tls: tls.prefault({}),
  format: z
    .enum(['rfc5424', 'ocsf', 'cef'])
    .default('rfc5424')
    .describe('The message: a sentence with structured data, OCSF JSON, or CEF'),
  facility: z.int().min(0).max(23).default(13).describe('RFC 5424 §6.2.1; 13 is “log audit”'),
  enterpriseId: z
    .int()
    .min(1)
    .default(32_473)
    .describe(
      'Your private enterprise number, for structured data; the default is the one of RFC 5612, for examples',
    ),
  maxMessageBytes: z
    .int()
    .min(2_048)
    .max(65_536)
    .default(8_192)
    .describe('What the collector takes as one message; fields that do not fit are left out, and named'),
  settleMs: z
    .int()
    .min(0)
    .max(600_000)
    .default(10_000)
    .describe(
      'What was acknowledged in so many milliseconds before a collector fails is sent again: it may not have been on its disk',
    ),
})

const otlp = z.strictObject({
  kind: z.literal('otlp'),
  ...shared,
  url: z.url({ protocol: /^https$/ }).describe('The whole address, such as `https://collector:4318/v1/logs`'),
  tls: tls.prefault({}),
  authorization: secretRef
    .optional()
    .describe('What to send as `Authorization`, such as a bearer token, by reference'),
})

/** Collectors that security events are sent to. */
export const siem = z
  .strictObject({
    collectors: z
      .array(z.discriminatedUnion('kind', [syslog, otlp]))
      .max(16)
      .default([])
      .describe('Everything in the audit log is sent to each of these, in order, at least once'),
  })
  .prefault({})
  .superRefine(({ collectors }, context) => {
    const seen = new Set<string>()
    collectors.forEach((collector, index) => {
      const at = ['collectors', index]
      if (seen.has(collector.id))
        context.addIssue({ code: 'custom', path: [...at, 'id'], message: 'two collectors have this id' })
      seen.add(collector.id)
      const isPlain = collector.kind === 'syslog' && collector.transport !== 'tls'
      if (isPlain && !collector.dangerouslyAllowPlaintext)
        context.addIssue({
          code: 'custom',
          path: [...at, 'transport'],
          message: 'plaintext needs dangerouslyAllowPlaintext: true',
        })
    })
  })

export type CollectorConfig = z.output<typeof siem>['collectors'][number]
