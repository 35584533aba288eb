import type { Random } from '#kernel'
import type { RecordingInfo } from './recording-header.ts'
import { newRootKey, sectionKeys } from './section-keys.ts'
import { sealSectionKeys, sectionWriter, type SectionWriter } from './section-seal.ts'

/** Seals one new recording from its beginning to its end. */
export interface RecordingSealer extends SectionWriter {
  /** Header and section keys: what the sealed object begins with. */
  readonly start: Uint8Array
  /** Zeroes the keys; nothing is sealed any more. */
  wipe(): void
}

/** @param dataKey - Zeroed. */
export function recordingSealer(
  info: RecordingInfo,
  header: Uint8Array,
  dataKey: Uint8Array,
  random: Random,
): RecordingSealer {
  const root = newRootKey(random)
  const sealed = sealSectionKeys([root], header, { owner: info, dataKey, random })
  dataKey.fill(0)
  const keys = sectionKeys([root])
  return { start: Buffer.concat([header, sealed]), ...sectionWriter(keys, info, random), wipe: keys.wipe }
}
