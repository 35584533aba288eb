import type { Readable } from 'node:stream'

/** Kinds of data that may have stores (buckets, folders) and keys of their own. */
export const objectKinds = ['audio', 'transcript', 'analytics', 'backup', 'audit'] as const
export type ObjectKind = (typeof objectKinds)[number]

/** Where something sealed lies: the store's name in the configuration, and a key in it. What the database lists. */
export interface ObjectRef {
  readonly store: string
  readonly key: string
  /** The store's own name of one version; without it the newest is meant. */
  readonly versionId?: string | undefined
}

export type LockMode = 'governance' | 'compliance'

export interface StoredObject extends ObjectRef {
  readonly bytes: number
  /** Lower-case hex. */
  readonly sha256: string
  readonly lock?: { readonly mode: LockMode; readonly until: Date } | undefined
  /** Whether a legal hold lies on it in the store itself. */
  readonly hold?: boolean | undefined
}

/** What a listing says of an object: stores list sizes, not hashes. */
export interface ListedObject extends ObjectRef {
  readonly bytes: number
}

/**
 * Keeps sealed objects. A write is complete or absent. Every promise rejects with `ObjectError`: `OBJECT_NOT_FOUND`, `OBJECT_EXISTS`,
 * `OBJECT_UNAVAILABLE` (try later), `OBJECT_REFUSED`, `OBJECT_LOCKED` (with until when), `OBJECT_CORRUPT` (what came is not what was put).
 */
export interface ObjectStore extends AsyncDisposable {
  /** Its name in the configuration. */
  readonly id: string
  readonly kind: 'folder' | 's3'
  readonly region: string | undefined
  /**
   * Puts a whole file that is sealed already; `sha256` is checked on the way. The same object again is taken for done; another under the
   * same key is `OBJECT_EXISTS`. The file stays, and may share its blocks with the object: it must not be written to afterwards.
   */
  put(
    key: string,
    file: string,
    expected: { readonly bytes: number; readonly sha256: string },
    signal?: AbortSignal,
  ): Promise<StoredObject>
  /** Bytes `start` up to `end` (exclusive; to the end when absent). The stream fails with `ObjectError` too. */
  get(
    ref: ObjectRef,
    range?: { readonly start: number; readonly end?: number | undefined },
  ): Promise<Readable>
  /** Size and hash: those that the store took itself, or, where it has none, by reading all of it. */
  head(ref: ObjectRef): Promise<StoredObject>
  list(prefix: string): AsyncIterable<ListedObject>
  /** Removes the object for good, all versions. Again: nothing. */
  delete(ref: ObjectRef): Promise<void>
  /** Extends (never shortens) how long the object cannot be deleted; `OBJECT_REFUSED` where the store has no lock. */
  lock(ref: ObjectRef, mode: LockMode, until: Date): Promise<void>
  /** A legal hold in the store itself; `OBJECT_REFUSED` where the store has none. */
  hold(ref: ObjectRef, on: boolean): Promise<void>
  /** Removes uploads that were begun and never finished before `before`; how many there were. */
  cleanUp(before: Date): Promise<number>
}
