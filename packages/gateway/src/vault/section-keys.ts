import { hkdfSync } from 'node:crypto'
import type { Random } from '#kernel'

/** Sections that a recording may have: 24 days of them. */
export const maxSections = 2 ** 16
/** Keys that a recording may carry: one for each section of the longest that is written (2³¹ samples), twice. */
export const maxSectionKeys = 2 ** 14

/**
 * A node of the binary tree of section keys, and whatever lies below it. Level 0 is the root; one of level 16 is the key of section `index`.
 * `key` has 32 bytes.
 */
export interface SectionKey {
  readonly level: number
  readonly index: number
  readonly key: Uint8Array
}

/** The keys of a recording's sections. Those it was made of are its own, and zeroed with it. */
export interface SectionKeys {
  /** The key of a section, the caller's to zero; undefined where there is none. */
  of(section: number): Uint8Array | undefined
  wipe(): void
}

const leafLevel = 16
const keyBytes = 32
const entryBytes = 1 + 2 + keyBytes
const label = 'voxkeep recording node v1\0'

/** What all sections of a new recording have their keys from. */
export function newRootKey(random: Random): SectionKey {
  return { level: 0, index: 0, key: random.bytes(keyBytes) }
}

/** One after the other costs two derivations each; any other up to 16. */
export function sectionKeys(nodes: readonly SectionKey[]): SectionKeys {
  /** From a node of ours down to the section asked for last. */
  let path: SectionKey[] = []
  const wipePath = () => {
    for (const { key } of path.slice(1)) key.fill(0)
    path = []
  }
  const startAt = (section: number): SectionKey | undefined => {
    const kept = path.findLastIndex((node) => covers(node, section))
    for (const { key } of path.splice(Math.max(kept + 1, 1))) key.fill(0)
    if (kept >= 0) return path.at(-1)
    const node = nodes.find((one) => covers(one, section))
    path = node === undefined ? [] : [node]
    return node
  }
  return {
    of(section) {
      let node = startAt(section)
      while (node !== undefined && node.level < leafLevel) {
        node = childOf(node, bitOf(section, node.level))
        path.push(node)
      }
      return node && copyOf(node.key)
    },
    wipe() {
      wipePath()
      for (const { key } of nodes) key.fill(0)
    },
  }
}

/**
 * Keys from which the key of every section below `count` follows, but of those in `without`, and nothing that theirs follow from (each step down
 * the tree is one-way). Copies, the caller's to zero.
 */
export function withoutSections(
  nodes: readonly SectionKey[],
  without: ReadonlySet<number>,
  count: number,
): SectionKey[] {
  const gone = [...without]
  const keep = (node: SectionKey, inside: readonly number[]): SectionKey[] => {
    if (firstOf(node) >= count) return []
    if (inside.length === 0) return [{ ...node, key: copyOf(node.key) }]
    if (node.level === leafLevel) return []
    return ([0, 1] as const).flatMap((bit) => {
      const child = childOf(node, bit)
      const kept = keep(
        child,
        inside.filter((section) => covers(child, section)),
      )
      child.key.fill(0)
      return kept
    })
  }
  return nodes.flatMap((node) =>
    keep(
      node,
      gone.filter((section) => covers(node, section)),
    ),
  )
}

/** New keys of their own for these sections, from which nothing else follows. */
export function freshSectionKeys(sections: Iterable<number>, random: Random): SectionKey[] {
  return [...sections].map((index) => ({ level: leafLevel, index, key: random.bytes(keyBytes) }))
}

/** In the order of what they stand for. */
export function inOrder(nodes: readonly SectionKey[]): SectionKey[] {
  return nodes.toSorted((a, b) => firstOf(a) - firstOf(b))
}

/** Level (one byte), index (16-bit, big-endian) and key of each, in order. The caller's to zero. */
export function serializeSectionKeys(nodes: readonly SectionKey[]): Uint8Array {
  const bytes = new Uint8Array(serializedBytes(nodes.length))
  const view = new DataView(bytes.buffer)
  for (const [at, { level, index, key }] of nodes.entries()) {
    view.setUint8(at * entryBytes, level)
    view.setUint16(at * entryBytes + 1, index)
    bytes.set(key, at * entryBytes + 3)
  }
  return bytes
}

export function serializedBytes(keys: number): number {
  return keys * entryBytes
}

/** Undefined unless they are keys in order, no two of which stand for the same section. Copies; never throws. */
export function parseSectionKeys(bytes: Uint8Array): SectionKey[] | undefined {
  if (bytes.length % entryBytes !== 0) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const nodes: SectionKey[] = []
  let next = 0
  for (let at = 0; at < bytes.length; at += entryBytes) {
    const [level, index] = [view.getUint8(at), view.getUint16(at + 1)]
    const node = { level, index, key: copyOf(bytes.subarray(at + 3, at + entryBytes)) }
    if (level > leafLevel || index >= 2 ** level || firstOf(node) < next) return undefined
    next = firstOf(node) + 2 ** (leafLevel - level)
    nodes.push(node)
  }
  return nodes
}

/** Of a `Buffer`, `slice` would be the same memory. */
function copyOf(key: Uint8Array): Uint8Array {
  return new Uint8Array(key)
}

type Place = Pick<SectionKey, 'level' | 'index'>

function firstOf({ level, index }: Place): number {
  return index * 2 ** (leafLevel - level)
}

function covers({ level, index }: Place, section: number): boolean {
  return (
    Number.isSafeInteger(section) &&
    section >= 0 &&
    section < maxSections &&
    section >>> (leafLevel - level) === index
  )
}

/** Which way down leads to the section from a node of that level. */
function bitOf(section: number, level: number): 0 | 1 {
  return ((section >>> (leafLevel - level - 1)) & 1) as 0 | 1
}

/** HKDF (RFC 5869) with SHA-256: what is known below a node says nothing of the node, nor of its other side. */
function childOf({ level, index, key }: SectionKey, bit: 0 | 1): SectionKey {
  const child = new Uint8Array(hkdfSync('sha256', key, '', `${label}${bit}`, keyBytes))
  return { level: level + 1, index: 2 * index + bit, key: child }
}
