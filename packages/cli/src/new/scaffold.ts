import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { templates } from './templates.ts'

/** Writes a new app, and the SDK that it imports, into a folder that is empty or not there. Rejects with an `Error` for a person to read. */
export async function writeApp(folder: string, sdk: string): Promise<void> {
  const there = await readdir(folder).catch(() => [])
  if (there.length > 0) throw new Error(`${folder} is not empty`)
  for (const [path, text] of Object.entries(templates(nameOf(folder)))) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  await copySdk(sdk, join(folder, 'vendor/voxkeep-sdk'))
}

/** A name that npm takes. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return name === '' ? 'agent' : name
}

/** Its sources, which Node runs as they are, and a manifest without what only its own tests need. */
async function copySdk(from: string, to: string): Promise<void> {
  const isSource = (path: string) => !/\.test\.ts$|fake-[^/]*\.ts$/.test(path)
  for (const part of ['src', 'node'])
    await cp(join(from, part), join(to, part), { recursive: true, filter: isSource })
  const { devDependencies: _, ...manifest } = JSON.parse(
    await readFile(join(from, 'package.json'), 'utf8'),
  ) as {
    devDependencies?: unknown
  }
  await writeFile(join(to, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`)
}
