import { z } from 'zod'

/** A secret by reference: `file:/path` (trailing newline dropped) or `env:NAME`. Never the value itself. */
export const secretRef = z
  .string()
  .regex(/^(file|env):.+$/, 'a secret is given by reference: "file:/path/to/it" or "env:NAME"')
  .describe('A secret by reference: `file:/path` or `env:NAME`, never the value itself')
export const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes, at most 63')
export const port = z.int().min(1).max(65_535)
export const file = z.string().min(1)

export const tlsFiles = z.strictObject({
  certFile: file.describe('PEM certificate chain; reloaded when the file changes'),
  keyFile: file.describe('PEM private key'),
})
