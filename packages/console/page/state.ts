import type { LiveCall as Call, LiveItem as Item, StoryLine as Line } from '@voxkeep/sdk'

/** The page's own picture of the calls, made from what the gateway tells. Pure, so that it can be tested without a browser. */

export type { LiveCall as Call, LiveItem as Item, StoryLine as Line } from '@voxkeep/sdk'
export type StreamCount = Extract<Item, { kind: 'level' }>['streams'][number]

export interface Level {
  readonly inDb: number
  readonly outDb: number
}

export interface Seen {
  readonly call: Call
  /** The last minute, five a second, oldest first. */
  readonly levels: readonly Level[]
  readonly streams: readonly StreamCount[]
}

export type Calls = ReadonlyMap<string, Seen>

const keptLevels = 300
/** Calls that have ended stay in sight, but not for ever. */
const keptEnded = 20

/** The picture after one more thing happened. */
export function next(calls: Calls, item: Item): Calls {
  switch (item.kind) {
    case 'calls':
      return new Map(item.calls.map((call) => [call.id, calls.get(call.id) ?? seen(call)]))
    case 'call': {
      const before = calls.get(item.call.id) ?? seen(item.call)
      return trimmed(new Map(calls).set(item.call.id, { ...before, call: item.call }))
    }
    case 'level': {
      const before = calls.get(item.call_id)
      if (before === undefined) return calls
      const levels = [...before.levels, { inDb: item.in_db, outDb: item.out_db }].slice(-keptLevels)
      return new Map(calls).set(item.call_id, { ...before, levels, streams: item.streams })
    }
    case 'story':
      return calls
  }
}

function seen(call: Call): Seen {
  return { call, levels: [], streams: [] }
}

function trimmed(calls: Map<string, Seen>): Calls {
  const ended = [...calls.values()].filter(({ call }) => call.state === 'ended')
  for (const { call } of ended.slice(0, Math.max(0, ended.length - keptEnded))) calls.delete(call.id)
  return calls
}

/** Those that go on first, and of each kind the newest first. */
export function ordered(calls: Calls): readonly Seen[] {
  const rank = ({ call }: Seen) => (call.state === 'ended' ? 1 : 0)
  return [...calls.values()].toSorted((a, b) => rank(a) - rank(b) || (a.call.id < b.call.id ? 1 : -1))
}

export interface Asked {
  readonly at: string
  readonly type: string
  readonly host: string
  readonly outcome: string
  /** The commands that came back, as far as they were begun. */
  readonly commands: readonly string[]
}

/** Each webhook that asked the app, with what was done of its answer: from the call's story. */
export function webhooks(story: readonly Line[]): readonly Asked[] {
  const asked: (Asked & { commands: string[] })[] = []
  for (const { at, kind, fields } of story)
    if (kind === 'decision')
      asked.push({
        at,
        type: text(fields['type']),
        host: text(fields['host']),
        outcome: text(fields['outcome']),
        commands: [],
      })
    else if (kind === 'command') asked.at(-1)?.commands.push(text(fields['type']))
  return asked
}

function text(value: string | number | boolean | null | undefined): string {
  return value === null || value === undefined ? '' : String(value)
}

/** 0 to 1 for a bar or a curve: silence to full scale, over the range in which speech lies. */
export function loudness(db: number): number {
  const quietDb = -60
  return Math.min(1, Math.max(0, (db - quietDb) / -quietDb))
}
