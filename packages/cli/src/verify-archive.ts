import { createHash } from 'node:crypto'
import { parseNote, parseVerifierKey } from '@voxkeep/tlog'
import { readTar } from './tar.ts'

/** What is wrong with an export, a sentence each; and how many files it has. */
export interface ArchiveReport {
  readonly files: number
  readonly faults: readonly string[]
}

const maxManifestBytes = 16 * 1024 * 1024

/** Checks every file of an export against its manifest, and the manifest against the keys. Rejects when the file cannot be read. */
export async function verifyArchive(file: string, keys: readonly string[]): Promise<ArchiveReport> {
  const found = new Map<string, string>()
  const twice = new Set<string>()
  let manifest: string | undefined
  let bytesOfManifest = 0
  for await (const { path, bytes, content } of readTar(file)) {
    const hash = createHash('sha256')
    const parts: Uint8Array[] = []
    for await (const part of content) {
      hash.update(part)
      if (path === 'MANIFEST' && (bytesOfManifest += part.length) <= maxManifestBytes) parts.push(part)
    }
    if (found.has(path) || (path === 'MANIFEST' && manifest !== undefined)) twice.add(path)
    if (path === 'MANIFEST') manifest = Buffer.concat(parts).toString()
    else found.set(path, `${hash.digest('hex')} ${bytes}`)
  }
  if (manifest === undefined)
    return { files: found.size, faults: ['there is no manifest: the archive was cut off'] }
  const doubled = [...twice].map((path) => `${path} is there twice`)
  return { files: found.size, faults: [...doubled, ...faultsOf(manifest, found, keys)] }
}

function faultsOf(manifest: string, found: ReadonlyMap<string, string>, keys: readonly string[]): string[] {
  const note = parseNote(manifest)
  if (note === undefined) return ['the manifest is no signed note']
  if (!note.text.startsWith('voxkeep subject export v1\n')) return ['the manifest is not that of an export']
  const known = keys.map(parseVerifierKey).filter((key) => key !== undefined)
  if (known.length === 0) return ['no key to check with: a verifier key is name+hash+base64']
  const isSigned = known.some((key) =>
    note.signatures.some(
      ({ name, keyId, signature }) =>
        name === key.name && keyId === key.keyId && key.verify(note.text, signature) !== undefined,
    ),
  )
  const lines = note.text.split('\n').flatMap((line) => {
    const [, sums, path] = /^([0-9a-f]{64} \d+) (\S+)$/.exec(line) ?? []
    return sums === undefined || path === undefined ? [] : [[path, sums] as const]
  })
  const listed = new Map(lines)
  return [
    ...(isSigned ? [] : ['none of the keys signed the manifest']),
    ...[...found].flatMap(([path, sums]) => {
      if (!listed.has(path)) return [`${path} is not in the manifest`]
      return listed.get(path) === sums ? [] : [`${path} was changed`]
    }),
    ...[...listed.keys()].filter((path) => !found.has(path)).map((path) => `${path} is missing`),
  ]
}
