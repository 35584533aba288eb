import { createHash } from 'node:crypto'
import type { Random } from '#kernel'
import {
  chunkBytes,
  cobblestoneHeaderBytes,
  cobblestoneLayout,
  cobblestoneOpener,
  cobblestoneSealer,
  sealedChunkBytes,
  tagBytes,
  type CobblestoneOpener,
  type CobblestoneSealer,
} from './cobblestone.ts'
import type { RecordingIdentity } from './recording-header.ts'
import {
  parseSectionKeys,
  serializedBytes,
  serializeSectionKeys,
  type SectionKey,
  type SectionKeys,
} from './section-keys.ts'
import { chunksPerSection } from './section-layout.ts'

/** Length of `keys` section keys when they are sealed. */
export function sealedKeysBytes(keys: number): number {
  const plain = serializedBytes(keys)
  return cobblestoneHeaderBytes + plain + (Math.floor(plain / chunkBytes) + 1) * tagBytes
}

/** Seals a recording's section keys under its data key, bound to its header. Both keys are borrowed. */
export function sealSectionKeys(
  nodes: readonly SectionKey[],
  header: Uint8Array,
  o: { readonly owner: RecordingIdentity; readonly dataKey: Uint8Array; readonly random: Random },
): Uint8Array {
  const sealer = cobblestoneSealer(o.dataKey, keysContext(o.owner, header), o.random)
  const plain = serializeSectionKeys(nodes)
  const parts = [sealer.header]
  let at = 0
  for (; plain.length - at >= chunkBytes; at += chunkBytes)
    parts.push(sealer.seal(plain.subarray(at, at + chunkBytes)))
  parts.push(sealer.finish(plain.subarray(at)))
  plain.fill(0)
  return Buffer.concat(parts)
}

/** Undoes `sealSectionKeys`; undefined when key, header and sealed keys do not belong together. Never throws on hostile input. */
export function openSectionKeys(
  sealed: Uint8Array,
  header: Uint8Array,
  o: { readonly owner: RecordingIdentity; readonly dataKey: Uint8Array },
): SectionKey[] | undefined {
  const start = sealed.subarray(0, cobblestoneHeaderBytes)
  const opener = cobblestoneOpener(o.dataKey, keysContext(o.owner, header), start)
  if (opener === undefined || cobblestoneLayout(sealed.length)?.complete !== true) return undefined
  const parts: Uint8Array[] = []
  for (let at = cobblestoneHeaderBytes, index = 0; at < sealed.length; at += sealedChunkBytes, index++) {
    const part = opener.open(index, sealed.subarray(at, at + sealedChunkBytes))
    if (part === undefined) return undefined
    parts.push(part)
  }
  const plain = Buffer.concat(parts)
  const nodes = parseSectionKeys(plain)
  for (const secret of [...parts, plain]) secret.fill(0)
  return nodes
}

/** Seals one section. `key` is zeroed. */
export function sectionSealer(
  key: Uint8Array,
  owner: RecordingIdentity,
  section: number,
  random: Random,
): CobblestoneSealer {
  const sealer = cobblestoneSealer(key, sectionContext(owner, section), random)
  key.fill(0)
  return sealer
}

/** Opens one section, whose first bytes are `start`; undefined when they do not belong together. `key` is zeroed. */
export function sectionOpener(
  key: Uint8Array,
  owner: RecordingIdentity,
  section: number,
  start: Uint8Array,
): CobblestoneOpener | undefined {
  const opener = cobblestoneOpener(key, sectionContext(owner, section), start)
  key.fill(0)
  return opener
}

/** Seals audio chunk by chunk into sections, one behind the other. */
export interface SectionWriter {
  /** Seals the next 16 KiB, with what begins or ends its section. The result is the caller's. */
  seal(chunk: Uint8Array): Uint8Array
  /** Seals what is left (less than 16 KiB, perhaps nothing), which marks the end. */
  finish(rest: Uint8Array): Uint8Array
}

/** Throws `RangeError` past the last section that a recording can have. */
export function sectionWriter(keys: SectionKeys, owner: RecordingIdentity, random: Random): SectionWriter {
  let sealer: CobblestoneSealer | undefined
  let chunks = 0
  const begin = (): { readonly sealer: CobblestoneSealer; readonly parts: Uint8Array[] } => {
    if (sealer !== undefined) return { sealer, parts: [] }
    const section = Math.floor(chunks / chunksPerSection)
    const key = keys.of(section)
    if (key === undefined) throw new RangeError('the recording has no key for another section')
    sealer = sectionSealer(key, owner, section, random)
    return { sealer, parts: [sealer.header] }
  }
  return {
    seal(chunk) {
      const { sealer: now, parts } = begin()
      const sealed = now.seal(chunk)
      chunks += 1
      if (chunks % chunksPerSection !== 0)
        return parts.length === 0 ? sealed : Buffer.concat([...parts, sealed])
      sealer = undefined
      return Buffer.concat([...parts, sealed, now.finish(new Uint8Array())])
    },
    finish(rest) {
      const { sealer: now, parts } = begin()
      return Buffer.concat([...parts, now.finish(rest)])
    },
  }
}

/** What the sealed keys are bound to: under another header, call or tenant they do not open. */
function keysContext(owner: RecordingIdentity, header: Uint8Array): Uint8Array {
  const hash = createHash('sha256').update(header).digest()
  return Buffer.concat([
    Buffer.from(`voxkeep recording v3\0${owner.tenant}\0${owner.call}\0${owner.recording}\0`),
    hash,
  ])
}

/**
 * What a section is bound to. Not to the recording's id and header: a redaction gives the recording others, and keeps the section as it is. Those
 * the section's key is bound to.
 */
function sectionContext({ tenant, call }: RecordingIdentity, section: number): Uint8Array {
  const place = Buffer.alloc(4)
  place.writeUInt32BE(section)
  return Buffer.concat([Buffer.from(`voxkeep recording section v3\0${tenant}\0${call}\0`), place])
}
