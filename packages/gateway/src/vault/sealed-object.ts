import { fileSource, type ByteSource } from '#kernel'
import {
  chunkOffset,
  cobblestoneHeaderBytes,
  sealedChunkBytes,
  tagBytes,
  type CobblestoneOpener,
} from './cobblestone.ts'
import { VaultError } from './error.ts'
import type { OpenRecordingKey } from './new-recording.ts'
import {
  maxRecordingHeaderBytes,
  parseRecordingHeader,
  recordingHeaderBytes,
  recordingPrefixBytes,
  type RecordingIdentity,
  type RecordingInfo,
} from './recording-header.ts'
import { sectionKeys, type SectionKey } from './section-keys.ts'
import { openSectionKeys, sealedKeysBytes, sectionOpener } from './section-seal.ts'
import {
  chunksPerSection,
  recordingLayout,
  sealedSectionBytes,
  sectionOffset,
  type RecordingLayout,
} from './section-layout.ts'

/** A recording's file, its section keys opened, its chunks readable in any order. */
export interface SealedObject extends AsyncDisposable {
  readonly info: RecordingInfo
  readonly layout: RecordingLayout
  /** Header and sealed section keys: what the sections follow. Borrowed. */
  readonly start: Uint8Array
  /** Bytes of the sections together. */
  readonly bodyBytes: number
  /** The keys of its sections, as they were sealed. Borrowed: zeroed with the object. */
  readonly keys: readonly SectionKey[]
  /** Reads and opens one chunk; throws `VaultError` (`VAULT_TAMPERED`) when it is not what was sealed there. */
  chunk(index: number): Promise<Uint8Array>
  /** A section as it is sealed, unopened; shorter than a whole one only at the end. The caller's. */
  sealedSection(section: number): Promise<Uint8Array>
}

/**
 * Opens something sealed of ours: a file, by its path, or any other source, which is disposed with the object (or when it cannot be
 * opened). Rejects with `VaultError`: `VAULT_NOT_FOUND`, `VAULT_TAMPERED` (header, owner or key do not belong together), and with
 * what `openKey` or the source rejects with.
 */
export async function openSealedObject(
  at: string | ByteSource,
  openKey: OpenRecordingKey,
  expected: RecordingIdentity,
): Promise<SealedObject> {
  const source = typeof at === 'string' ? await openFile(at) : at
  try {
    return await readSealedObject(source, openKey, expected)
  } catch (error) {
    await source[Symbol.asyncDispose]()
    throw error
  }
}

function openFile(path: string): Promise<ByteSource> {
  return fileSource(path).catch((cause: unknown) => {
    throw new VaultError('VAULT_NOT_FOUND', 'the recording cannot be read', { cause })
  })
}

async function readSealedObject(
  source: ByteSource,
  openKey: OpenRecordingKey,
  expected: RecordingIdentity,
): Promise<SealedObject> {
  const { info, headerBytes, start } = await readStart(source)
  const owned =
    info.tenant === expected.tenant && info.call === expected.call && info.recording === expected.recording
  if (!owned) throw tampered('the file holds another recording')
  const dataKey = await openKey(info)
  const nodes = openSectionKeys(start.subarray(headerBytes), start.subarray(0, headerBytes), {
    owner: info,
    dataKey,
  })
  dataKey.fill(0)
  if (nodes === undefined) throw tampered('the recording’s header and keys do not belong together')
  const bodyBytes = source.bytes - start.length
  const layout = recordingLayout(bodyBytes)
  const keys = sectionKeys(nodes)
  return {
    info,
    layout,
    start,
    bodyBytes,
    keys: nodes,
    chunk: chunkReader(source, info, { bodyAt: start.length, layout, keyOf: keys.of }),
    sealedSection: (section) => source.read(start.length + sectionOffset(section), sealedSectionBytes),
    async [Symbol.asyncDispose]() {
      keys.wipe()
      await source[Symbol.asyncDispose]()
    },
  }
}

/** Header and sealed keys. A recording that is not redacted has one, and is read in one go. */
async function readStart(source: ByteSource) {
  const most = recordingPrefixBytes + maxRecordingHeaderBytes + sealedKeysBytes(1)
  const first = await source.read(0, most)
  const headerBytes = recordingHeaderBytes(first)
  const info = parseRecordingHeader(first)
  if (headerBytes === undefined || info === undefined) throw tampered('the recording has no header of ours')
  const bytes = headerBytes + sealedKeysBytes(info.keys)
  if (source.bytes < bytes) throw tampered('the recording ends before its sealed part')
  const start = bytes <= first.length ? first.subarray(0, bytes) : await source.read(0, bytes)
  return { info, headerBytes, start }
}

function chunkReader(
  source: ByteSource,
  info: RecordingInfo,
  o: {
    readonly bodyAt: number
    readonly layout: RecordingLayout
    readonly keyOf: (section: number) => Uint8Array | undefined
  },
): SealedObject['chunk'] {
  /** Whoever reads on finds the section open. */
  let last: { readonly section: number; readonly opener: CobblestoneOpener } | undefined
  const openerOf = (section: number, start: Uint8Array): CobblestoneOpener => {
    const key = o.keyOf(section)
    const opener = key && sectionOpener(key, info, section, start)
    if (opener === undefined) throw tampered('a section is not what was sealed at its place')
    last = { section, opener }
    return opener
  }
  /** The chunks from `place` on, and the section's opener. */
  const readOpened = async (section: number, place: number, bytes: number) => {
    const startAt = o.bodyAt + sectionOffset(section)
    const chunkAt = startAt + chunkOffset(place)
    if (last?.section === section) return { opener: last.opener, sealed: await source.read(chunkAt, bytes) }
    if (place > 0) {
      const opener = openerOf(section, await source.read(startAt, cobblestoneHeaderBytes))
      return { opener, sealed: await source.read(chunkAt, bytes) }
    }
    const read = await source.read(startAt, cobblestoneHeaderBytes + bytes)
    const opener = openerOf(section, read.subarray(0, cobblestoneHeaderBytes))
    return { opener, sealed: read.subarray(cobblestoneHeaderBytes) }
  }
  return async (index) => {
    const section = Math.floor(index / chunksPerSection)
    const place = index % chunksPerSection
    // A whole section ends with an empty chunk, which is looked at with the one before it.
    const isEnd = place === chunksPerSection - 1 && section < o.layout.wholeSections
    const bytes = sealedChunkBytes + (isEnd ? tagBytes : 0)
    const { opener, sealed } = await readOpened(section, place, bytes)
    const plain = opener.open(place, sealed.subarray(0, sealedChunkBytes))
    if (plain === undefined) throw tampered('a segment is not what was sealed at its place')
    if (isEnd && opener.open(chunksPerSection, sealed.subarray(sealedChunkBytes)) === undefined) {
      plain.fill(0)
      throw tampered('a section does not end where it was sealed')
    }
    return plain
  }
}

function tampered(message: string): VaultError {
  return new VaultError('VAULT_TAMPERED', message)
}
