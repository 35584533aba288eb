import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'

/** Where an app listens, and as whom. */
export interface AppSettings {
  readonly host?: string
  /** 0: any free port. */
  readonly port: number
  /** How the gateway reaches the app; default: `https://127.0.0.1:<port>`. */
  readonly publicUrl?: string
  readonly cert: string
  readonly key: string
  /** The `whsec_…` secrets that the gateway signs with. */
  readonly secrets: readonly string[]
}

interface SettingsFile extends Omit<AppSettings, 'cert' | 'key' | 'secrets'> {
  readonly certFile: string
  readonly keyFile: string
  readonly secretFiles: readonly string[]
}

/**
 * Reads an app's settings from the JSON file that `--config` or `VOXKEEP_APP` names, and the files that it names, relative to its folder.
 * Everything else in the file is handed through. Rejects, saying what to do, when there is none.
 */
export async function loadSettings(
  args = process.argv.slice(2),
): Promise<AppSettings & Record<string, unknown>> {
  const { values } = parseArgs({ args, options: { config: { type: 'string' } }, strict: false })
  const path = values['config'] ?? process.env['VOXKEEP_APP']
  if (typeof path !== 'string') throw new Error('name the app’s settings: --config FILE, or VOXKEEP_APP')
  const { certFile, keyFile, secretFiles, ...rest } = JSON.parse(await readFile(path, 'utf8')) as SettingsFile
  const read = async (name: string) => (await readFile(resolve(dirname(path), name), 'utf8')).trim()
  const [cert, key] = await Promise.all([read(certFile), read(keyFile)])
  return { ...rest, cert, key, secrets: await Promise.all(secretFiles.map(read)) }
}
