import { fileSource, type ByteSource } from '#kernel'
import {
  chunkBytes,
  chunkOffset,
  cobblestoneHeaderBytes,
  cobblestoneLayout,
  cobblestoneOpener,
  sealedChunkBytes,
} from './cobblestone.ts'
import { VaultError } from './error.ts'
import {
  parseTranscriptHeader,
  transcriptContext,
  transcriptHeadBytes,
  type TranscriptIdentity,
  type TranscriptInfo,
} from './transcript-header.ts'

/** Gives the plain data key of a transcript, the caller's to zero; rejects when it cannot be had. */
export type OpenTranscriptKey = (transcript: TranscriptIdentity) => Promise<Uint8Array>

/** What its row says: one that was cut short is not taken for a whole one. */
export interface ExpectedTranscript extends TranscriptIdentity {
  readonly state: 'sealed' | 'recovered'
  readonly segments: number
}

/** A transcript whose every segment authenticated. */
export interface OpenedTranscript {
  readonly info: TranscriptInfo
  /** One object for each line. */
  readonly lines: readonly unknown[]
}

/**
 * Opens a whole transcript, which is some megabytes at most. `source` is disposed in any case. Rejects with `VaultError`
 * (`VAULT_TAMPERED`: header, owner, key, a segment or their number is not what it should be), and with what `openKey` or the source rejects with.
 */
export async function openTranscript(
  source: ByteSource,
  openKey: OpenTranscriptKey,
  expected: ExpectedTranscript,
): Promise<OpenedTranscript> {
  await using _ = source
  const found = await readSegments(source, openKey, expected)
  const isWhole = found.segments === expected.segments && (expected.state === 'recovered' || found.complete)
  if (!isWhole || found.torn) throw tampered('the transcript is shorter or longer than it was')
  return { info: found.info, lines: linesOf(found.plain) }
}

/** What a file of a transcript holds, up to a last segment whose write was torn. */
export interface FoundTranscript {
  readonly info: TranscriptInfo
  readonly plain: Uint8Array
  readonly segments: number
  /** Bytes from the start of the file that are good. */
  readonly bytes: number
  readonly complete: boolean
  readonly torn: boolean
}

export async function readSegments(
  source: ByteSource,
  openKey: OpenTranscriptKey,
  expected: TranscriptIdentity,
): Promise<FoundTranscript> {
  const start = await source.read(0, transcriptHeadBytes + cobblestoneHeaderBytes)
  const head = parseTranscriptHeader(start)
  if (head === undefined) throw tampered('the transcript has no header of ours')
  const { info, header } = head
  const isOwn =
    info.tenant === expected.tenant &&
    info.call === expected.call &&
    info.transcript === expected.transcript &&
    info.content === expected.content
  if (!isOwn) throw tampered('the file holds another transcript')
  const layout = cobblestoneLayout(source.bytes - header.length)
  if (layout === undefined) throw tampered('the transcript ends before its sealed part')
  const dataKey = await openKey(info)
  const cobblestone = start.subarray(header.length, header.length + cobblestoneHeaderBytes)
  const opener = cobblestoneOpener(dataKey, transcriptContext(info, header), cobblestone)
  dataKey.fill(0)
  if (opener === undefined) throw tampered('the transcript’s header and body do not belong together')
  const plain: Uint8Array[] = []
  let torn = layout.tornBytes > 0
  let bytes = header.length + chunkOffset(0)
  for (let index = 0; index < layout.chunks; index++) {
    const sealed = await source.read(header.length + chunkOffset(index), sealedChunkBytes)
    const opened = opener.open(index, sealed)
    if (opened === undefined) {
      // Only the last write can have been torn, and only into a piece that looks like a short last chunk.
      if (index === layout.chunks - 1 && sealed.length < sealedChunkBytes) torn = true
      else throw tampered('a segment is not what was sealed at its place')
      break
    }
    plain.push(opened)
    bytes += sealed.length
  }
  const last = plain.at(-1)
  const complete = !torn && last !== undefined && last.length < chunkBytes
  return { info, plain: Buffer.concat(plain), segments: plain.length, bytes, complete, torn }
}

export async function fileOfTranscript(path: string): Promise<ByteSource> {
  return fileSource(path).catch((cause: unknown) => {
    throw new VaultError('VAULT_NOT_FOUND', 'the transcript cannot be read', { cause })
  })
}

/** A last line that a crash cut in two is left out: its other half was never sealed. */
function linesOf(plain: Uint8Array): readonly unknown[] {
  const text = new TextDecoder().decode(plain)
  plain.fill(0)
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown)
}

function tampered(message: string): VaultError {
  return new VaultError('VAULT_TAMPERED', message)
}
