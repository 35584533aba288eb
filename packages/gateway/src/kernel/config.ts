import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isNode, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { Secret } from './secret.ts'
import { keyFaults } from './config-checks-keys.ts'
import { objectsFaults } from './config-checks-objects.ts'
import { paymentFaults } from './config-checks-payments.ts'
import { privacyFaults } from './config-checks-privacy.ts'
import { residencyFaults } from './config-checks-residency.ts'
import { secretFaults } from './config-checks-secrets.ts'
import { speechFaults } from './config-checks-speech.ts'
import { platformFaults } from './config-checks-platform.ts'
import { twilioFaults } from './config-checks-twilio.ts'
import { verifierFaults } from './config-checks-verifiers.ts'
import { voiceFaults } from './config-checks-voices.ts'
import { retentionFaults } from './effective-policy.ts'
import { configSchema, type Config } from './config-schema.ts'

/** What is wrong with a configuration, one line a fault: where it stands and what to do. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly code = 'CONFIG_INVALID'
  readonly faults: readonly string[]
  constructor(faults: readonly string[], options?: ErrorOptions) {
    super(`configuration is not valid:\n${faults.map((fault) => `  ${fault}`).join('\n')}`, options)
    this.faults = faults
  }
}

/** Reads a YAML or JSON file. Relative paths inside it are taken from the file's own folder. Throws `ConfigError`. */
export function loadConfig(path: string): Config {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new ConfigError(
      [`${path}: cannot be read. Make one with "voxkeep init", or name another with --config.`],
      { cause },
    )
  }
  return absolutePaths(parseConfig(text, path), dirname(resolve(path)))
}

/** Parses configuration text; `name` is what error lines call it. */
export function parseConfig(text: string, name: string): Config {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map(
        (error) => `${name}:${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0]}`,
      ),
    )
  }
  const parsed = configSchema.safeParse(document.toJS({ maxAliasCount: 20 }))
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => describe(issue, document, lines, name)))
  const faults = crossChecks(parsed.data).map(
    ([path, message]) => `${name}:${lineOf(document, lines, path)}: ${path.join('.')}: ${message}`,
  )
  if (faults.length > 0) throw new ConfigError(faults)
  return parsed.data
}

type Path = readonly (string | number)[]

function describe(issue: z.core.$ZodIssue, document: Document, lines: LineCounter, name: string): string {
  const path = issue.path as Path
  const where = path.length === 0 ? 'the whole' : path.join('.')
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? ''
    return `${name}:${lineOf(document, lines, [...path, key])}: ${[...path, key].join('.')}: there is no such setting; see docs/configuration.md for those of "${where}"`
  }
  return `${name}:${lineOf(document, lines, path)}: ${where}: ${issue.message}`
}

/** The line of the deepest part of `path` that the document has. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parent: unknown = document.getIn(path.slice(0, depth - 1), true)
    const pair = pairOf(parent, path[depth - 1])
    const node: unknown = pair ?? document.getIn(path.slice(0, depth), true)
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
  }
  return 1
}

function pairOf(parent: unknown, key: string | number | undefined): unknown {
  if (!isNode(parent) || !('items' in parent)) return undefined
  for (const item of parent.items as unknown[]) {
    const named = item as { key?: { value?: unknown } }
    if (named.key?.value === key && key !== undefined) return named.key
  }
  return undefined
}

function crossChecks(config: Config): [Path, string][] {
  const faults: [Path, string][] = []
  const apps = new Set(config.apps.map((app) => app.id))
  config.trunks.forEach((trunk, index) => {
    if (!apps.has(trunk.app))
      faults.push([['trunks', index, 'app'], `there is no app "${trunk.app}" under "apps"`])
    if (
      trunk.allowedAddresses.length === 0 &&
      trunk.clientCertificateName === undefined &&
      trunk.digest === undefined &&
      trunk.outbound === undefined
    ) {
      faults.push([
        ['trunks', index],
        'nothing says who may use this trunk: set allowedAddresses, clientCertificateName or digest, or outbound for one that only takes calls',
      ])
    }
  })
  config.trunks.forEach(({ outbound }, index) => {
    if (outbound?.crlFile !== undefined && outbound.caFile === undefined)
      faults.push([
        ['trunks', index, 'outbound', 'crlFile'],
        'needs caFile: the lists must be those of the authorities that are trusted for the peer',
      ])
  })
  config.sip.listen.forEach((listener, index) => {
    if (listener.clientCrlFile !== undefined && listener.clientCaFile === undefined) {
      faults.push([
        ['sip', 'listen', index, 'clientCrlFile'],
        'needs clientCaFile: the lists must be those of its authorities',
      ])
    }
    if (listener.clientCertificates !== 'off' && listener.clientCaFile === undefined) {
      faults.push([
        ['sip', 'listen', index],
        'clientCertificates needs clientCaFile: the authorities to check them against',
      ])
    }
  })
  if (config.media.portMax - config.media.portMin < 1)
    faults.push([['media', 'portMax'], 'must be above portMin'])
  return [
    ...faults,
    ...nameFaults(config),
    ...dialingFaults(config),
    ...keyFaults(config),
    ...objectsFaults(config),
    ...paymentFaults(config),
    ...retentionFaults(config),
    ...residencyFaults(config),
    ...privacyFaults(config),
    ...secretFaults(config),
    ...speechFaults(config),
    ...platformFaults(config),
    ...twilioFaults(config),
    ...verifierFaults(config),
    ...voiceFaults(config),
  ]
}

/** Everything is found by its name, and a call belongs to one tenant from end to end: what is said twice, or half, is a mistake. */
function nameFaults(config: Config): [Path, string][] {
  const { apps, trunks, tenants } = config
  const twice = Object.entries({ apps, trunks, tenants }).flatMap(([list, named]) =>
    named.flatMap(({ id }, index): [Path, string][] =>
      named.findIndex((other) => other.id === id) === index
        ? []
        : [[[list, index, 'id'], `there is another "${id}"`]],
    ),
  )
  const tenantOf = new Map(apps.map(({ id, tenant }) => [id, tenant]))
  const strays = trunks.flatMap(({ app, tenant }, index): [Path, string][] => {
    const own = tenantOf.get(app) ?? tenant
    const message = `its app is of tenant "${own}": the calls of one tenant would be told to another`
    return own === tenant ? [] : [[['trunks', index, 'tenant'], message]]
  })
  return [...twice, ...strays]
}

function dialingFaults(config: Config): [Path, string][] {
  const outbound = new Set(config.trunks.filter((trunk) => trunk.outbound).map(({ id }) => id))
  return config.apps.flatMap(({ dialing }, app): [Path, string][] => {
    if (dialing === undefined) return []
    const at = ['apps', app, 'dialing']
    const strays = dialing.trunks.flatMap((id, index): [Path, string][] =>
      outbound.has(id) ? [] : [[[...at, 'trunks', index], `there is no trunk "${id}" with "outbound"`]],
    )
    const limited = dialing.limits.spendPerDay ?? dialing.perToken?.spendPerDay
    if (limited === undefined || dialing.rates.length > 0) return strays
    return [...strays, [[...at, 'rates'], 'spendPerDay needs rates: what a call costs must be known']]
  })
}

const pathKeys = new Set([
  'certFile',
  'keyFile',
  'caFile',
  'clientCaFile',
  'clientCrlFile',
  'crlFile',
  'playFile',
  'holdMusicFile',
  'rootsFile',
  'keyringFile',
  'jwtFile',
  'moduleFile',
  'dataDir',
  'dir',
])

function absolutePaths<T>(value: T, base: string): T {
  if (typeof value === 'string')
    return (value.startsWith('file:') ? `file:${resolve(base, value.slice(5))}` : value) as T
  if (Array.isArray(value)) return value.map((item: unknown) => absolutePaths(item, base)) as T
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, item]) => [
    name,
    pathKeys.has(name) && typeof item === 'string' ? resolve(base, item) : absolutePaths(item, base),
  ])
  return Object.fromEntries(entries) as T
}

/**
 * Reads the secret behind a reference to one of this machine's own: `file:`, `env:`, `credential:`. The others need a service to be asked.
 * Throws `ConfigError` that names the reference, never the value.
 */
export function readSecret(reference: string, env: NodeJS.ProcessEnv = process.env): Secret<string> {
  const [kind, rest] = [
    reference.slice(0, reference.indexOf(':')),
    reference.slice(reference.indexOf(':') + 1),
  ]
  if (kind === 'env') {
    const value = env[rest]
    if (!value) throw new ConfigError([`${reference}: the environment variable is not set`])
    return new Secret(value)
  }
  if (kind === 'file') return readSecretFile(reference, rest)
  if (kind !== 'credential')
    throw new ConfigError([`${reference}: this must be a secret of this machine (file:, env:, credential:)`])
  const folder = env['CREDENTIALS_DIRECTORY']
  if (!folder) throw new ConfigError([`${reference}: systemd passed no credentials (see LoadCredential=)`])
  return readSecretFile(reference, join(folder, rest))
}

function readSecretFile(reference: string, path: string): Secret<string> {
  try {
    if ((statSync(path).mode & 0o007) !== 0)
      throw new ConfigError([`${reference}: others may read this file; run: chmod 600 ${path}`])
    const value = readFileSync(path, 'utf8').trimEnd()
    if (value === '') throw new ConfigError([`${reference}: is empty`])
    return new Secret(value)
  } catch (cause) {
    if (cause instanceof ConfigError) throw cause
    throw new ConfigError([`${reference}: cannot be read`], { cause })
  }
}
