import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Checked, Said } from './keep-ledger.ts'
import { keptConfig, openKept, prepareKept } from './kept.ts'
import type { Places } from './keep-places.ts'

export interface KillReport {
  readonly kills: number
  /** Of them, while it still settled what the one before left. */
  readonly killedSettling: number
  readonly entries: number
  readonly recordings: number
  readonly deleted: number
  readonly checkpoints: number
  readonly rewrapped: number
  readonly wrong: readonly string[]
}

export interface KillOptions {
  readonly places: Places
  readonly seed: number
  readonly kills: number
  /** Stop after this, however many kills there were. */
  readonly withinMs: number
}

const child = join(import.meta.dirname, 'keep-kill-child.ts')
/** Older things that each round looks at again, beside all that is new; the last round looks at all. */
const sampled = 30
/** From when it begins to keep things, or from its start; the embedded database needs seconds of its own before it is at full speed. */
const longestMs = 3_000

/** Keeps things in a process of its own that is killed again and again, and has each next one compare what is there with what was said. */
export async function killRounds(o: KillOptions): Promise<KillReport> {
  await using stack = new AsyncDisposableStack()
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-kills-'))
  stack.defer(() => rm(dir, { recursive: true, force: true }))
  const sections = o.places.settings()
  const keys = { ...(sections['keys'] as object), recheckMs: 1_000 } // so that new keys soon seal, and old ones are re-wrapped
  const config = keptConfig(dir, { ...sections, keys })
  await prepareKept(config)
  const ready = await openKept(config)
  await ready[Symbol.asyncDispose]()
  const files = { config: join(dir, 'config.json'), ledger: join(dir, 'ledger') }
  writeFileSync(files.config, JSON.stringify(config))
  const chance = seeded(o.seed)
  const said: Said[] = []
  const wrong: string[] = []
  let [kills, killedSettling, checkedUpTo] = [0, 0, 0]
  const until = performance.now() + o.withinMs
  while (kills < o.kills && performance.now() < until && wrong.length === 0) {
    writeLedger(
      files.ledger,
      [...sample(said.slice(0, checkedUpTo), chance), ...said.slice(checkedUpTo)],
      said,
    )
    const settling = chance() < 0.15
    const round = await runUntilKilled(files, { settling, afterMs: chance() * longestMs })
    kills += 1
    if (round.checked === undefined) killedSettling += 1
    else checkedUpTo = said.length
    wrong.push(...(round.checked?.wrong ?? []), ...round.failed)
    said.push(...round.said)
  }
  writeLedger(files.ledger, said, said)
  const last = await runUntilKilled(files, { last: true })
  const { checked } = last
  wrong.push(...last.failed, ...(checked?.wrong ?? ['the last check did not end']))
  const rewrapped = said.reduce((sum, one) => sum + (one.kind === 'rewrapped' ? one.keys : 0), 0)
  const { entries = 0, recordings = 0, deleted = 0, checkpoints = 0 } = checked ?? {}
  return { kills, killedSettling, entries, recordings, deleted, checkpoints, rewrapped, wrong }
}

interface Round {
  readonly said: readonly Said[]
  readonly checked: Checked | undefined
  /** It ended by itself, and what it said of that. */
  readonly failed: readonly string[]
}

async function runUntilKilled(
  files: { readonly config: string; readonly ledger: string },
  o: { readonly settling: boolean; readonly afterMs: number } | { readonly last: true },
): Promise<Round> {
  const isLast = 'last' in o
  const args = [
    '--disable-warning=ExperimentalWarning',
    child,
    files.config,
    files.ledger,
    isLast ? 'all' : 'work',
  ]
  const running = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(running, 'close') as Promise<[number | null, string | null]>
  let errors = ''
  running.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-4_000)))
  const said: Said[] = []
  let checked: Checked | undefined
  let timer: NodeJS.Timeout | undefined
  const killLater = () => {
    if (!isLast) timer ??= setTimeout(() => running.kill('SIGKILL'), o.afterMs)
  }
  if (!isLast && o.settling) killLater()
  for await (const line of createInterface({ input: running.stdout })) {
    const value = parsed(line)
    if (value === undefined) continue // cut off by the kill: nobody was told
    if ('checked' in value) {
      checked = value.checked
      killLater()
    } else said.push(value)
  }
  const [code, signal] = await exited
  clearTimeout(timer)
  const failed =
    signal === 'SIGKILL' || (isLast && code === 0) ? [] : [`it ended by itself (${code}): ${errors}`]
  return { said, checked, failed }
}

function parsed(line: string): Said | { readonly checked: Checked } | undefined {
  try {
    return JSON.parse(line) as Said | { readonly checked: Checked }
  } catch {
    return undefined
  }
}

/** What was deleted must be known of whatever recording is looked at. */
function writeLedger(file: string, lines: readonly Said[], all: readonly Said[]): void {
  const gone = all.filter(({ kind }) => kind === 'deleting' || kind === 'deleted')
  const unique = new Set([...lines, ...gone])
  writeFileSync(file, '')
  appendFileSync(file, [...unique].map((line) => `${JSON.stringify(line)}\n`).join(''))
}

function sample<T>(from: readonly T[], chance: () => number): T[] {
  if (from.length <= sampled) return [...from]
  return Array.from({ length: sampled }, () => from[Math.floor(chance() * from.length)] as T)
}

/** Numbers in [0, 1), the same for the same seed (a linear congruential generator: it only has to spread). */
export function seeded(seed: number): () => number {
  let state = BigInt(seed) & 0xffff_ffff_ffff_ffffn
  return () => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) & 0xffff_ffff_ffff_ffffn
    return Number(state >> 33n) / 2 ** 31
  }
}
