import { createHash } from 'node:crypto'
import { tarEnd, tarHeader, tarPadding } from './tar.ts'

/** One file of an export. `bytes` is exactly what `content` gives. */
export interface ArchiveFile {
  readonly path: string
  readonly bytes: number
  readonly content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>
}

export interface ArchiveFacts {
  readonly tenant: string
  readonly request: string
  readonly createdAt: Date
}

/**
 * A tar archive of the files, and last of all `MANIFEST`: a signed note (C2SP signed-note) that names each with size and hash. It is
 * made as it is read, so nothing of it lies anywhere; a reader that stops early has no manifest, and so no whole archive. Rejects when
 * a file has more or less than it said.
 *
 * @param sign - The whole note for a text that ends in a newline.
 */
export async function* subjectArchive(
  files: AsyncIterable<ArchiveFile>,
  facts: ArchiveFacts,
  sign: (text: string) => string,
): AsyncGenerator<Uint8Array> {
  const modifiedS = facts.createdAt.getTime() / 1_000
  const lines = [
    'voxkeep subject export v1',
    `tenant ${facts.tenant}`,
    `request ${facts.request}`,
    `created ${facts.createdAt.toISOString()}`,
  ]
  for await (const file of files) {
    yield tarHeader(file, modifiedS)
    const hash = createHash('sha256')
    let bytes = 0
    for await (const part of file.content) {
      hash.update(part)
      bytes += part.length
      yield part
    }
    if (bytes !== file.bytes) throw new RangeError('a file of an export has another size than it said')
    yield tarPadding(bytes)
    lines.push(`${hash.digest('hex')} ${bytes} ${file.path}`)
  }
  const manifest = Buffer.from(sign(`${lines.join('\n')}\n`))
  yield tarHeader({ path: 'MANIFEST', bytes: manifest.length }, modifiedS)
  yield manifest
  yield tarPadding(manifest.length)
  yield tarEnd
}
