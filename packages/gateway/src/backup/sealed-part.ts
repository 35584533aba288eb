import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { ByteSource, Random } from '#kernel'
import {
  chunkBytes,
  chunkOffset,
  cobblestoneHeaderBytes,
  cobblestoneLayout,
  cobblestoneOpener,
  cobblestoneSealer,
  sealedChunkBytes,
} from '#vault'
import { tampered } from './error.ts'

/** Binds a part to its backup and its name: under another it does not open. */
function contextOf(backup: string, name: string): Uint8Array {
  return Buffer.from(`voxkeep backup part v1\0${backup}\0${name}`)
}

/** Which part of which backup, and the backup’s key (borrowed). */
export interface PartOf {
  readonly backup: string
  readonly name: string
  readonly key: Uint8Array
}

/** Seals lines of text into a new file (0600), a chunk of 16 KiB at a time, synced. Gives its size and hash, and how many lines there were. */
export async function sealLines(
  part: PartOf,
  lines: AsyncIterable<readonly string[]>,
  path: string,
  random: Random,
): Promise<{ bytes: number; sha256: string; lines: number }> {
  const sealer = cobblestoneSealer(part.key, contextOf(part.backup, part.name), random)
  const hash = createHash('sha256')
  const file = await open(path, 'wx', 0o600)
  let bytes = 0
  let count = 0
  const write = async (sealed: Uint8Array) => {
    hash.update(sealed)
    bytes += sealed.length
    await file.write(sealed)
  }
  try {
    await write(sealer.header)
    let rest: Uint8Array = new Uint8Array()
    for await (const group of lines) {
      count += group.length
      const text = Buffer.from(group.map((line) => `${line}\n`).join(''))
      const plain = Buffer.concat([rest, text])
      let at = 0
      for (; at + chunkBytes <= plain.length; at += chunkBytes)
        await write(sealer.seal(plain.subarray(at, at + chunkBytes)))
      rest = Uint8Array.from(plain.subarray(at))
      plain.fill(0)
    }
    await write(sealer.finish(rest))
    await file.sync()
  } finally {
    await file.close()
  }
  return { bytes, sha256: hash.digest('hex'), lines: count }
}

/** Lines that are opened at a time. */
const linesAtATime = 500

/**
 * Opens a part and gives its lines, in groups. Rejects with `BackupError` (`BACKUP_TAMPERED`) at the first chunk that is not what was
 * sealed there, before any of it is given out.
 */
export async function* openLines(part: PartOf, source: ByteSource): AsyncGenerator<string[]> {
  const layout = cobblestoneLayout(source.bytes)
  const header = await source.read(0, cobblestoneHeaderBytes)
  const opener = cobblestoneOpener(part.key, contextOf(part.backup, part.name), header)
  if (layout?.complete !== true || opener === undefined) throw tampered(part.name)
  let lines: string[] = []
  let rest: Uint8Array = new Uint8Array()
  for (let index = 0; index < layout.chunks; index++) {
    const plain = opener.open(index, await source.read(chunkOffset(index), sealedChunkBytes))
    if (plain === undefined) throw tampered(part.name)
    const text = Buffer.concat([rest, plain])
    let from = 0
    for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10, from)) {
      lines.push(text.toString('utf8', from, end))
      from = end + 1
      if (lines.length < linesAtATime) continue
      yield lines
      lines = []
    }
    rest = Uint8Array.from(text.subarray(from))
  }
  if (rest.length > 0) throw tampered(part.name)
  if (lines.length > 0) yield lines
}
