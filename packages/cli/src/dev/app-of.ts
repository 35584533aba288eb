import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** An app in a folder, as its package.json says under `voxkeep`. */
export interface App {
  readonly folder: string
  /** The program; it takes `--config FILE` and prints a line of JSON with `"ready":true`. */
  readonly main: string
  /** A program that stands in for what the app needs (a model's server); its line of JSON holds the app's `env`. */
  readonly mock?: string
  /** Its gateway's deployment, if it has one of its own. */
  readonly deployment?: string
}

/** Throws an `Error` for a person to read. */
export function appOf(folder: string): App {
  const path = resolve(folder)
  const { voxkeep } = manifest(path)
  if (typeof voxkeep?.main !== 'string')
    throw new Error(`${path} holds no app: its package.json needs "voxkeep": { "main": "src/main.ts" }`)
  const { main, mock } = voxkeep
  const deployment = join(path, 'gateway')
  return {
    folder: path,
    main: join(path, main),
    ...(typeof mock === 'string' && { mock: join(path, mock) }),
    ...(existsSync(join(deployment, 'voxkeep.yaml')) && { deployment }),
  }
}

interface Manifest {
  readonly voxkeep?: { readonly main?: unknown; readonly mock?: unknown }
}

function manifest(folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
  } catch (cause) {
    throw new Error(`there is no app in ${folder}. Make one with "voxkeep new".`, { cause })
  }
}
