import {
  chunkBytes,
  chunkOffset,
  cobblestoneHeaderBytes,
  cobblestoneLayout,
  sealedChunkBytes,
  tagBytes,
} from './cobblestone.ts'

/** Chunks of a whole section: 32.768 s of both sides. */
export const chunksPerSection = 32
/** Plain audio in a whole section. */
export const sectionPlainBytes = chunksPerSection * chunkBytes
/** A whole section as it is sealed: a Cobblestone-256 message whose last chunk is empty. */
export const sealedSectionBytes = chunkOffset(chunksPerSection) + tagBytes

/** What the sections of a recording, of some length together, consist of. */
export interface RecordingLayout {
  /** Chunks of audio. The empty ones that end whole sections are none; the short one that ends the recording is. */
  readonly chunks: number
  /** Of these bytes of plaintext. */
  readonly plainBytes: number
  readonly sections: number
  /** Sections that are there to their end, with others behind them or not; the recording's last one, which is shorter, is none. */
  readonly wholeSections: number
  /** False when the short last chunk of the last section is missing: the recording was cut, or is not finished. */
  readonly complete: boolean
  /** Bytes at the end that cannot be a chunk (a torn write), or that no chunk follows. */
  readonly tornBytes: number
}

/** Takes sealed sections of `bytes` together apart. */
export function recordingLayout(bytes: number): RecordingLayout {
  const wholeSections = Math.floor(bytes / sealedSectionBytes)
  const rest = bytes % sealedSectionBytes
  const last = cobblestoneLayout(rest)
  const isThere = last !== undefined && last.chunks > 0
  return {
    chunks: wholeSections * chunksPerSection + (isThere ? last.chunks : 0),
    plainBytes: wholeSections * sectionPlainBytes + (isThere ? last.plainBytes : 0),
    sections: wholeSections + (isThere ? 1 : 0),
    wholeSections,
    complete: isThere && last.complete,
    tornBytes: isThere ? last.tornBytes : rest,
  }
}

/** Where a section begins, counted from the first one. */
export function sectionOffset(section: number): number {
  return section * sealedSectionBytes
}

/** Bytes of as many whole chunks, in the sections they lie in; a section that the next chunk would begin is not begun. */
export function bytesOfChunks(chunks: number): number {
  const rest = chunks % chunksPerSection
  const begun = rest === 0 ? 0 : cobblestoneHeaderBytes + rest * sealedChunkBytes
  return sectionOffset(Math.floor(chunks / chunksPerSection)) + begun
}
