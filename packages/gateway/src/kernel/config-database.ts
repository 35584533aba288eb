import { z } from 'zod'
import { file, port, region, secretRef, tlsFiles } from './config-values.ts'

/** PostgreSQL itself allows more; these need no quoting anywhere. */
const sqlName = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'lower-case letters, digits and underscores, at most 63')

const embedded = z.strictObject({
  kind: z.literal('embedded').describe('PostgreSQL inside the gateway, below `dataDir`'),
})

const tls = z.strictObject({
  mode: z
    .enum(['verify-full', 'dangerouslyAllowPlaintext'])
    .default('verify-full')
    .describe(
      'What the server must prove: that its name is the one in a certificate of a trusted authority. Unix sockets need no TLS',
    ),
  caFile: file.optional().describe('Authorities to trust for the server, instead of the system’s'),
  serverName: z.string().min(1).optional().describe('Name its certificate must hold; default: the host'),
  clientCertificate: tlsFiles.optional().describe('Our own certificate, for servers that ask for one'),
})

const postgresql = z.strictObject({
  kind: z.literal('postgresql').describe('A PostgreSQL server'),
  region: region.optional().describe('Where it is, for tenants that are tied to regions'),
  hosts: z
    .array(z.string().min(1))
    .min(1)
    .max(8)
    .describe(
      'Names or addresses, or folders of Unix sockets; the first that answers and takes writes is used',
    ),
  port: port.default(5432),
  name: sqlName.default('voxkeep').describe('The database'),
  user: sqlName.describe('A member of the role `voxkeep_app`; no superuser, no owner of tables'),
  password: secretRef.optional().describe('Read again for every connection; default: none is sent'),
  owner: z
    .strictObject({ user: sqlName, password: secretRef.optional() })
    .optional()
    .describe(
      'Who owns the tables and brings them up to date at start; without it `voxkeep migrate` must have done it',
    ),
  tls: tls.prefault({}),
  pool: z
    .strictObject({
      max: z.int().min(2).max(200).default(10).describe('Connections; one more keeps the node’s place'),
      idleMs: z.int().min(1_000).default(60_000).describe('An unused connection is closed after this'),
      connectTimeoutMs: z
        .int()
        .min(100)
        .max(60_000)
        .default(10_000)
        .describe('How long a statement waits for a connection, attempts included, before it fails'),
      statementTimeoutMs: z.int().min(100).max(600_000).default(30_000),
    })
    .prefault({}),
  giveUpMs: z
    .int()
    .min(1_000)
    .max(3_600_000)
    .default(60_000)
    .describe('How long the server may stay away before the gateway stops: nothing could be audited'),
})

/** The embedded database, or a PostgreSQL server. */
export const database = z.discriminatedUnion('kind', [embedded, postgresql]).prefault({ kind: 'embedded' })

export type PostgresqlConfig = z.output<typeof postgresql>
