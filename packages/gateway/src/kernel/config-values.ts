import { z } from 'zod'

const references = '"file:/path/to/it", "env:NAME" or "credential:NAME"'

/**
 * A secret by reference: `file:/path` (trailing newline dropped), `env:NAME`, `credential:NAME` (systemd), `vault:PATH#FIELD`,
 * `aws-sm:NAME` or `aws-sm:NAME#FIELD`. Never the value itself.
 */
export const secretRef = z
  .string()
  .regex(
    /^(?:(?:file|env):.+|credential:[^/]+|vault:[^#]+#[^#]+|aws-sm:[^#]+(?:#[^#]+)?)$/,
    `a secret is given by reference: ${references}, "vault:PATH#FIELD" or "aws-sm:NAME#FIELD"`,
  )
  .describe(
    'A secret by reference: `file:/path`, `env:NAME`, `credential:NAME`, `vault:PATH#FIELD` or `aws-sm:NAME#FIELD`, never the value itself',
  )

/** One that is needed before any service can be asked. */
export const ownSecretRef = z
  .string()
  .regex(
    /^(?:(?:file|env):.+|credential:[^/]+)$/,
    `a secret is given by reference, here one of this machine: ${references}`,
  )
  .describe('A secret of this machine: `file:/path`, `env:NAME` or `credential:NAME`')
export const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, at most 63')
export const port = z.int().min(1).max(65_535)
/** Where something is, for tenants that are tied to regions: any word, the same one everywhere. */
export const region = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, at most 63')
export const file = z.string().min(1)

export const tlsFiles = z.strictObject({
  certFile: file.describe('PEM certificate chain; reloaded when the file changes'),
  keyFile: file.describe('PEM private key'),
})
