import { open, type FileHandle } from 'node:fs/promises'
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
import type { KeyProvider } from './key-provider.ts'
import {
  maxRecordingHeaderBytes,
  parseRecordingHeader,
  recordingContext,
  recordingHeaderBytes,
  recordingKeyContext,
  recordingPrefixBytes,
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
 * Opens a sealed file of ours. Throws `VaultError`: `VAULT_NOT_FOUND`, `VAULT_TAMPERED` (header, owner or key do not
 * belong together), `VAULT_KEY_UNKNOWN`.
 */
export async function openSealedObject(path: string, keys: KeyProvider): Promise<SealedObject> {
  const file = await open(path, 'r').catch((cause: unknown) => {
    throw new VaultError('VAULT_NOT_FOUND', 'the recording cannot be read', { cause })
  })
  try {
    return await readSealedObject(file, keys)
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readSealedObject(file: FileHandle, keys: KeyProvider): Promise<SealedObject> {
  const start = await readAt(file, 0, recordingPrefixBytes + maxRecordingHeaderBytes + cobblestoneHeaderBytes)
  const headerBytes = recordingHeaderBytes(start)
  const info = parseRecordingHeader(start)
  if (headerBytes === undefined || info === undefined) throw tampered('the recording has no header of ours')
  const layout = cobblestoneLayout((await file.stat()).size - headerBytes)
  if (layout === undefined) throw tampered('the recording ends before its sealed part')
  const opener = openerOf(start, headerBytes, info, keys)
  return {
    info,
    layout,
    headerBytes,
    async chunk(index) {
      const sealed = await readAt(file, headerBytes + chunkOffset(index), sealedChunkBytes)
      const plain = opener.open(index, sealed)
      if (plain === undefined) throw tampered('a segment is not what was sealed at its place')
      return plain
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}

function openerOf(
  start: Uint8Array,
  headerBytes: number,
  info: RecordingInfo,
  keys: KeyProvider,
): CobblestoneOpener {
  const dataKey = keys.unwrap(info.wrappedKey, info.keyRef, recordingKeyContext(info))
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

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let read = 0
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, position + read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}

function tampered(message: string): VaultError {
  return new VaultError('VAULT_TAMPERED', message)
}
