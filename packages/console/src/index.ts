import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { extname, join } from 'node:path'

/** A file of the page, as it is served. */
export interface PageFile {
  readonly contentType: string
  readonly body: string
}

const folder = join(import.meta.dirname, '../page')
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
}

/**
 * What the browser may do with the page: run and show what comes from here, and speak to nobody else. No inline script or style, no frame, no form.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The page's files by name. Browsers get the modules with their types taken off; there is nothing to build. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const names = readdirSync(folder).filter((name) => !name.endsWith('.test.ts'))
  return new Map(
    names.flatMap((name) => {
      const contentType = types[extname(name)]
      const text = readFileSync(join(folder, name), 'utf8')
      const body = name.endsWith('.ts') ? stripTypeScriptTypes(text) : text
      return contentType === undefined ? [] : [[name, { contentType, body }] as const]
    }),
  )
}
