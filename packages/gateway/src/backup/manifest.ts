import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import canonicalize from 'canonicalize'
import { z } from 'zod'

/** One sealed file of a backup. */
export interface BackupPart {
  /** Below the backup’s own folder. */
  readonly name: string
  readonly bytes: number
  /** Of the file as it lies there; lower-case hex. */
  readonly sha256: string
}

/** A table: one JSON row a line. */
export interface BackupTable extends BackupPart {
  readonly table: string
  readonly rows: number
}

/** What a backup consists of. In clear, and bound by a MAC that only whoever can open the backup can make. Nothing personal. */
export interface Manifest {
  readonly format: 'voxkeep-backup'
  readonly version: 1
  readonly id: string
  /** ISO 8601, UTC: the moment that the tables show. */
  readonly at: string
  readonly node: string
  /** Names of the database migrations, which a target must have exactly. */
  readonly migrations: readonly string[]
  /** What unlocks it: the node’s key for backups as it was wrapped by its provider, and the backup’s own key under that. */
  readonly key: {
    readonly id: string
    readonly version: number
    readonly provider: string
    readonly key: string
    readonly key_ref: string
    /** Base64. */
    readonly wrapped: string
    /** Base64. */
    readonly data_key: string
  }
  readonly tables: readonly BackupTable[]
  /** The sealed objects that belong to it, by hash; they lie beside all backups, so that each is kept once. */
  readonly objects: {
    readonly list: BackupPart
    readonly count: number
    readonly bytes: number
  }
  /** Ids of objects that the tables list and the backup lacks: their store did not have them, or not as they were listed. */
  readonly lacking: readonly string[]
}

const hex = z.string().regex(/^[0-9a-f]{64}$/)
const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/)
const partName = z.string().regex(/^[a-z0-9_-]{1,60}(?:\.[a-z0-9_-]{1,60})?\.vxb$/)
const count = z.int().min(0)
const part = { name: partName, bytes: count, sha256: hex }
const shape = z.strictObject({
  format: z.literal('voxkeep-backup'),
  version: z.literal(1),
  id: z.string().regex(/^bak_[0-9a-f]{32}$/),
  at: z.iso.datetime({ precision: 3 }),
  node: z.string().max(63),
  migrations: z.array(z.string().max(100)).max(1_000),
  key: z.strictObject({
    id: z.string().max(64),
    version: z.int().min(1),
    provider: z.string().max(63),
    key: z.string().max(512),
    key_ref: z.string().max(2_048),
    wrapped: base64,
    data_key: base64,
  }),
  tables: z
    .array(
      z.strictObject({
        ...part,
        table: z.string().regex(/^(?:[a-z0-9_]{1,60}\.)?[a-z0-9_]{1,60}$/),
        rows: count,
      }),
    )
    .max(1_000),
  objects: z.strictObject({ list: z.strictObject(part), count, bytes: count }),
  lacking: z.array(z.string().max(64)),
  mac: hex,
})

/** Far above a manifest of a thousand tables. */
export const maxManifestBytes = 64 * 1024 * 1024

/** The manifest’s only form (RFC 8785), with its MAC. */
export function serializeManifest(manifest: Manifest, dataKey: Uint8Array): Uint8Array {
  return Buffer.from(canonicalize({ ...manifest, mac: macOf(manifest, dataKey).toString('hex') }) ?? '')
}

/** Reads a manifest whose MAC is not checked yet; undefined when it is none. Never throws. */
export function parseManifest(bytes: Uint8Array): { manifest: Manifest; mac: string } | undefined {
  if (bytes.length > maxManifestBytes) return undefined
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    const parsed = shape.safeParse(json)
    if (!parsed.success) return undefined
    // One backup has one manifest, byte for byte: nothing can be said in it that the MAC does not cover.
    if (canonicalize(parsed.data) !== Buffer.from(bytes).toString()) return undefined
    const { mac, ...manifest } = parsed.data
    return { manifest, mac }
  } catch {
    return undefined
  }
}

/** Whether whoever made the MAC could open the backup. In constant time. */
export function isGenuine(read: { manifest: Manifest; mac: string }, dataKey: Uint8Array): boolean {
  return timingSafeEqual(macOf(read.manifest, dataKey), Buffer.from(read.mac, 'hex'))
}

function macOf(manifest: Manifest, dataKey: Uint8Array): Buffer {
  const key = new Uint8Array(hkdfSync('sha256', dataKey, '', 'voxkeep backup manifest v1', 32))
  const mac = createHmac('sha256', key)
    .update(canonicalize(manifest) ?? '')
    .digest()
  key.fill(0)
  return mac
}
