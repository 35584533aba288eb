import type { Checkpoint } from './checkpoint.ts'
import { compareLeaves } from './compare-leaves.ts'
import { parseControlLine, type ControlLine, type ExportHeader } from './export-lines.ts'
import { frontier, type Frontier } from './frontier.ts'
import { leafHash, sameBytes } from './hash.ts'
import { judgeCheckpoint, type Judged, type Policy } from './policy.ts'
import { tileWidth } from './tiles.ts'

/** What is wrong with an export. `line` counts from 1. */
export type Finding =
  /** Exactly this entry: the hashes that the signed checkpoint covers say so. `inserted`: before this index. */
  | { readonly kind: 'altered' | 'removed' | 'inserted'; readonly index: number; readonly line: number }
  /** The list of hashes of this tile was changed or is gone; the entries themselves fit the checkpoint. */
  | { readonly kind: 'tile'; readonly index: number; readonly line: number }
  | {
      readonly kind: 'checkpoint'
      readonly why: Exclude<Judged, { ok: true }>['why'] | 'place'
      readonly line: number
    }
  /** Somewhere among these entries (`to` exclusive) entry and hash were changed alike: they do not give the signed root. */
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  /** No checkpoint that one can believe covers these entries. */
  | { readonly kind: 'unproven'; readonly from: number; readonly to: number }
  /** The log is not the one that was known already: cut off, forked or rewritten; or the export begins behind that. */
  | { readonly kind: 'known'; readonly size: number }
  | { readonly kind: 'header'; readonly line: number }

export interface ExportReport {
  readonly ok: boolean
  readonly origin: string | undefined
  readonly from: number
  /** Entries up to here (exclusive) are proven by a signed checkpoint. */
  readonly proven: number
  readonly entries: number
  readonly checkpoints: number
  readonly findings: readonly Finding[]
  /** Findings beyond those listed. */
  readonly more: number
}

export interface ExportVerifier {
  /** Takes the next line, without its newline; borrowed for the call. Never throws. */
  take(line: Uint8Array): void
  end(): ExportReport
}

const maxFindings = 1_000

/**
 * Verifies an export line by line, in constant memory.
 *
 * @param policy - The keys to trust, brought by who verifies.
 * @param known - States of the log that he noted earlier: the export must hold and agree with each.
 */
export function exportVerifier(policy: Policy, known: readonly Checkpoint[] = []): ExportVerifier {
  return new Verifying(policy, known)
}

class Verifying implements ExportVerifier {
  readonly #policy: Policy
  readonly #known: Checkpoint[]
  readonly #findings: Finding[] = []
  #more = 0
  #line = 0
  #header: ExportHeader | undefined
  /** The tree by the tiles’ hashes, and by the entries as they are; the same one while nothing differs. */
  #byTiles: Frontier = frontier()
  #byEntries: Frontier | undefined = this.#byTiles
  #suspects: {
    readonly entry: boolean
    readonly finding: Finding & { readonly index: number }
    readonly below: number
  }[] = []
  /** Hashes of the lines since the last tile, and where those lines are. */
  #block: Uint8Array[] = []
  #blockLines: number[] = []
  #pending: { readonly checkpoint: Checkpoint; readonly line: number | undefined }[] = []
  #proven = 0
  #checkpoints = 0
  #entries = 0
  #lost = false

  constructor(policy: Policy, known: readonly Checkpoint[]) {
    this.#policy = policy
    this.#known = known.toSorted((a, b) => a.size - b.size)
  }

  take(line: Uint8Array): void {
    this.#line += 1
    const control = parseControlLine(line)
    if (this.#line === 1) return this.#begin(control)
    if (control?.kind === 'tile') this.#endTile(control.index, control.hashes)
    else if (control?.kind === 'checkpoint') this.#takeCheckpoint(control.note)
    else {
      this.#entries += 1
      this.#block.push(leafHash(line))
      this.#blockLines.push(this.#line)
      // A tile’s line is missing: what it would have ended must not gather without end.
      if (this.#block.length >= 4 * tileWidth) this.#endTile(this.#nextTile, undefined)
    }
  }

  end(): ExportReport {
    while (this.#block.length > 0) this.#endTile(this.#nextTile, undefined)
    for (const { finding } of this.#suspects) this.#find(finding)
    for (const { line } of this.#pending)
      if (line !== undefined) this.#find({ kind: 'checkpoint', why: 'place', line })
    for (const { size } of this.#known) if (size > this.#byTiles.size) this.#find({ kind: 'known', size })
    const size = this.#byTiles.size
    if (this.#proven < size) this.#find({ kind: 'unproven', from: this.#proven, to: size })
    if (this.#line === 0) this.#find({ kind: 'header', line: 0 })
    if (this.#header !== undefined && this.#checkpoints === 0 && this.#proven === size && this.#entries === 0)
      this.#find({ kind: 'unproven', from: size, to: size })
    return {
      ok: this.#findings.length === 0,
      origin: this.#header?.origin,
      from: this.#header?.from ?? 0,
      proven: this.#proven,
      entries: this.#entries,
      checkpoints: this.#checkpoints,
      findings: this.#findings,
      more: this.#more,
    }
  }

  #begin(control: ControlLine | undefined): void {
    if (control?.kind !== 'header') return this.#find({ kind: 'header', line: 1 })
    const { from, before } = (this.#header = control.header)
    this.#byTiles = this.#byEntries = frontier(from, before)
    this.#proven = from
    // What was noted of what stands before can be judged no more, but where this begins.
    for (const { size } of this.#known) if (size < from) this.#find({ kind: 'known', size })
    this.#reach(from)
  }

  get #nextTile(): number {
    return Math.floor(this.#byTiles.size / tileWidth)
  }

  #takeCheckpoint(note: string): void {
    const judged = judgeCheckpoint(note, this.#policy)
    const line = this.#line
    if (!judged.ok) return this.#find({ kind: 'checkpoint', why: judged.why, line })
    if (judged.checkpoint.origin !== this.#header?.origin)
      return this.#find({ kind: 'checkpoint', why: 'origin', line })
    if (judged.checkpoint.size < this.#byTiles.size)
      return this.#find({ kind: 'checkpoint', why: 'place', line })
    this.#checkpoints += 1
    if (judged.checkpoint.size === this.#byTiles.size) this.#compare(judged.checkpoint)
    else this.#pending.push({ checkpoint: judged.checkpoint, line })
  }

  #endTile(index: number, hashes: readonly Uint8Array[] | undefined): void {
    while (this.#nextTile < index && this.#block.length > 0) this.#endTile(this.#nextTile, undefined)
    if (hashes === undefined || index !== this.#nextTile || this.#byTiles.size % tileWidth !== 0) {
      const count = hashes === undefined ? tileWidth : 0
      const line = this.#blockLines.splice(0, count).at(-1) ?? this.#line
      this.#find({ kind: 'tile', index, line })
      return this.#push(this.#block.splice(0, count), undefined)
    }
    const [found, lines] = [this.#block, this.#blockLines]
    this.#block = []
    this.#blockLines = []
    const same =
      found.length === hashes.length && found.every((hash, n) => sameBytes(hash, hashes[n] ?? hash))
    if (same) {
      if (this.#suspects.length === 0) this.#byEntries = this.#byTiles
      return this.#push(found, undefined)
    }
    const first = this.#byTiles.size
    const differences = compareLeaves(found, hashes, first)
    for (const { kind, index, at } of differences) {
      const line = lines[at] ?? this.#line
      this.#suspects.push({ entry: true, finding: { kind, index, line }, below: index })
    }
    this.#suspects.push({
      entry: false,
      finding: { kind: 'tile', index, line: this.#line },
      below: differences[0]?.index ?? first,
    })
    this.#push(hashes, found.length === hashes.length ? found : [])
  }

  /** Adds a tile’s leaves to the trees; `others` are the entries’ own hashes where they differ. */
  #push(hashes: readonly Uint8Array[], others: readonly Uint8Array[] | undefined): void {
    if (others !== undefined && this.#byEntries === this.#byTiles) this.#byEntries = this.#byTiles.copy()
    if (others?.length === 0) this.#byEntries = undefined
    for (let n = 0; n < hashes.length; n++) {
      const hash = hashes[n] as Uint8Array
      if (this.#byEntries !== this.#byTiles) this.#byEntries?.push(others?.[n] ?? hash)
      this.#byTiles.push(hash)
      if (this.#pending.length > 0 || this.#known.length > 0) this.#reach(this.#byTiles.size)
    }
  }

  #reach(size: number): void {
    if (this.#pending.some(({ checkpoint }) => checkpoint.size === size)) {
      const here = this.#pending.filter(({ checkpoint }) => checkpoint.size === size)
      this.#pending = this.#pending.filter(({ checkpoint }) => checkpoint.size !== size)
      for (const { checkpoint } of here) this.#compare(checkpoint)
    }
    while ((this.#known[0]?.size ?? size) < size) this.#known.shift()
    while (this.#known[0]?.size === size) {
      const state = this.#known.shift()
      if (state !== undefined && !sameBytes(state.root, this.#byTiles.root()))
        this.#find({ kind: 'known', size })
    }
  }

  #compare({ size, root }: Checkpoint): void {
    if (this.#lost) return
    const here = this.#suspects.filter(({ below }) => below < size)
    this.#suspects = this.#suspects.filter(({ below }) => below >= size)
    const byTiles = sameBytes(root, this.#byTiles.root())
    if (!byTiles && !(this.#byEntries && sameBytes(root, this.#byEntries.root()))) {
      for (const { entry, finding } of here) if (entry) this.#find(finding)
      this.#find({ kind: 'range', from: this.#proven, to: size })
      this.#lost = true // without a true state to start from, nothing behind can be judged
      return
    }
    for (const { entry, finding } of here) if (entry === byTiles) this.#find(finding)
    // Both go on from the true state; apart, since the rest of this tile may still differ.
    if (byTiles && this.#byEntries !== this.#byTiles) this.#byEntries = this.#byTiles.copy()
    else if (!byTiles && this.#byEntries) this.#byTiles = this.#byEntries.copy()
    this.#proven = size
  }

  #find(finding: Finding): void {
    if (this.#findings.length < maxFindings) this.#findings.push(finding)
    else this.#more += 1
  }
}
