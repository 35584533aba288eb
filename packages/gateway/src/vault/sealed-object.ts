import { fileSource, type ByteSource } from '#kernel'
import {
  chunkOffset,
  cobblestoneHeaderBytes,
  cobblestoneLayout,
  cobblestoneOpener,
  sealedChunkBytes,
  type CobblestoneLayout,
  type CobblestoneOpener,
} from './cobblestone.ts'
import { VaultError } from './error.ts'
import type { OpenRecordingKey } from './new-recording.ts'
import {
  maxRecordingHeaderBytes,
  parseRecordingHeader,
  recordingContext,
  recordingHeaderBytes,
  recordingPrefixBytes,
  type RecordingIdentity,
  type RecordingInfo,
} from './recording-header.ts'

/** A recording's file, its key commitment checked, its chunks readable in any order. */
export interface SealedObject extends AsyncDisposable {
  readonly info: RecordingInfo
  readonly layout: CobblestoneLayout
  /** Bytes of our header, which the sealed message follows. */
  readonly headerBytes: number
  /** Reads and opens one chunk; throws `VaultError` (`VAULT_TAMPERED`) when it is not what was sealed there. */
  chunk(index: number): Promise<Uint8Array>
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
  const start = await source.read(0, recordingPrefixBytes + maxRecordingHeaderBytes + cobblestoneHeaderBytes)
  const headerBytes = recordingHeaderBytes(start)
  const info = parseRecordingHeader(start)
  if (headerBytes === undefined || info === undefined) throw tampered('the recording has no header of ours')
  const owned =
    info.tenant === expected.tenant && info.call === expected.call && info.recording === expected.recording
  if (!owned) throw tampered('the file holds another recording')
  const layout = cobblestoneLayout(source.bytes - headerBytes)
  if (layout === undefined) throw tampered('the recording ends before its sealed part')
  const opener = openerOf(start, headerBytes, info, await openKey(info))
  return {
    info,
    layout,
    headerBytes,
    async chunk(index) {
      const sealed = await source.read(headerBytes + chunkOffset(index), sealedChunkBytes)
      const plain = opener.open(index, sealed)
      if (plain === undefined) throw tampered('a segment is not what was sealed at its place')
      return plain
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}

function openerOf(
  start: Uint8Array,
  headerBytes: number,
  info: RecordingInfo,
  dataKey: Uint8Array,
): CobblestoneOpener {
  const context = recordingContext(info, start.subarray(0, headerBytes))
  const opener = cobblestoneOpener(
    dataKey,
    context,
    start.subarray(headerBytes, headerBytes + cobblestoneHeaderBytes),
  )
  dataKey.fill(0)
  if (opener === undefined) throw tampered('the recording’s header and body do not belong together')
  return opener
}

function tampered(message: string): VaultError {
  return new VaultError('VAULT_TAMPERED', message)
}
