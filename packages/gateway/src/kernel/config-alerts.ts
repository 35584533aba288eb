import { z } from 'zod'
import { file, id, port, secretRef, tlsFiles } from './config-values.ts'

const severity = z.enum(['notice', 'warning', 'high', 'critical'])
const minute = 60_000
const day = 24 * 60 * minute

const rule = z.strictObject({
  id: id.describe('A rule of your own, or a built-in one to change: see docs/alerts.md'),
  enabled: z.boolean().default(true),
  title: z.string().min(1).max(120).optional(),
  severity: severity.optional(),
  types: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Types of events that count; `*` stands for anything'),
  tenants: z.array(id).min(1).optional().describe('Only events of these tenants; default: all'),
  groupBy: z
    .string()
    .min(1)
    .optional()
    .describe('What is counted for itself: `actor`, `type`, `call`, or the name of a field'),
  sum: z
    .string()
    .min(1)
    .optional()
    .describe('A field whose numbers are added up, instead of counting events'),
  windowMs: z
    .int()
    .min(minute)
    .max(7 * day)
    .optional(),
  threshold: z.int().min(1).optional().describe('So many in the window, or more, raise the alert'),
  baseline: z
    .strictObject({
      factor: z
        .number()
        .min(1.1)
        .default(4)
        .describe('So many times what is usual raises the alert, whatever the threshold'),
      minimum: z.int().min(1).default(20).describe('Fewer than this are never unusual'),
      windows: z
        .int()
        .min(2)
        .max(336)
        .default(168)
        .describe('Windows before this one that tell what is usual'),
    })
    .optional(),
  cooldownMs: z
    .int()
    .min(minute)
    .max(30 * day)
    .optional()
    .describe(
      'What happens within this time of the last event belongs to the same alert, told again at most so often',
    ),
})

const target = {
  id,
  minSeverity: severity.default('notice'),
  rules: z.array(id).min(1).optional().describe('Only alerts of these rules; default: all'),
  tenants: z.array(id).min(1).optional().describe('Only alerts of these tenants; default: all'),
}

const webhook = z.strictObject({
  kind: z.literal('webhook'),
  ...target,
  url: z.url({ protocol: /^https$/ }).describe('A private address must be in `egress.allowPrivate`'),
  secrets: z
    .array(secretRef)
    .min(1)
    .max(5)
    .describe('Sign it as Standard Webhooks has it; each is `whsec_…`, by reference'),
  caFile: file.optional(),
  clientCertificate: tlsFiles.optional(),
  timeoutMs: z.int().min(500).max(60_000).default(10_000),
})

const email = z.strictObject({
  kind: z.literal('email'),
  ...target,
  host: z.string().min(1),
  port: port.default(587),
  tls: z
    .enum(['starttls', 'implicit'])
    .default('starttls')
    .describe('`starttls`: required, never skipped (RFC 3207); `implicit`: from the first byte (RFC 8314)'),
  caFile: file.optional().describe('PEM authorities that alone may have signed the server’s certificate'),
  serverName: z
    .string()
    .optional()
    .describe('Name that the server’s certificate must carry; default: the host'),
  user: z.string().optional(),
  password: secretRef.optional(),
  from: z.email(),
  to: z.array(z.email()).min(1).max(50),
  timeoutMs: z.int().min(500).max(120_000).default(30_000),
})

/** Rules that raise alerts, and who is told. */
export const alerts = z
  .strictObject({
    rules: z.array(rule).max(100).default([]).describe('Beside the built-in rules, or in their place'),
    receivers: z
      .array(z.discriminatedUnion('kind', [webhook, email]))
      .max(32)
      .default([]),
    gatherMs: z
      .int()
      .min(0)
      .max(10 * minute)
      .default(5_000)
      .describe('Alerts of so long a time go to a receiver in one message'),
    keepDays: z.int().min(1).max(3_650).default(90),
  })
  .prefault({})
  .superRefine((value, context) => {
    for (const list of ['rules', 'receivers'] as const) {
      const ids = value[list].map((item) => item.id)
      ids.forEach((name, index) => {
        if (ids.indexOf(name) !== index)
          context.addIssue({ code: 'custom', path: [list, index, 'id'], message: 'this id is there twice' })
      })
    }
    value.receivers.forEach((receiver, index) => {
      if (receiver.kind === 'email' && (receiver.user === undefined) !== (receiver.password === undefined))
        context.addIssue({
          code: 'custom',
          path: ['receivers', index, 'user'],
          message: 'user and password go together',
        })
    })
  })

export type AlertRuleConfig = z.output<typeof rule>
export type AlertReceiverConfig = z.output<typeof alerts>['receivers'][number]
