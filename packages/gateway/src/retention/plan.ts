import type { RetentionStore } from '#db'
import type { Clock, DataType, TenantId } from '#kernel'
import { isLocked } from './delete-object.ts'
import { judgeCall, judgeObject, typeOfObject } from './judge.ts'
import type { Policies } from './policy.ts'
import { dueParts, type Retained } from './retained.ts'

/** What goes of one type by one policy. */
export interface PlanLine {
  readonly type: DataType
  readonly policy: string
  /** How many objects or calls lose it. */
  readonly count: number
  /** Of sealed objects; 0 for rows. */
  readonly bytes: number
  /** When the first of them was due. */
  readonly earliest: Date
  /** Due as well, and kept: by a legal hold, or by a store's lock until the latest of these times. */
  readonly held: number
  readonly locked: number
  readonly lockedUntil: Date | null
}

export interface Plan {
  readonly tenant: TenantId
  /** What is due by then. */
  readonly by: Date
  readonly lines: readonly PlanLine[]
}

const page = 500

/** What the policies would delete by then, and deletes nothing: for those in force, or for others that are to be tried. */
export async function planDeletions(
  deps: { readonly store: RetentionStore; readonly policies: Policies; readonly clock: Clock },
  tenant: TenantId,
  by: Date,
): Promise<Plan> {
  const { store, policies } = deps
  const now = new Date(deps.clock.now())
  const lines = new Map<string, Line>()
  const lineOf = (type: DataType, policy: string, due: Date) => {
    const key = `${type} ${policy}`
    const line = lines.get(key) ?? { ...empty, type, policy, earliest: due }
    lines.set(key, line)
    if (due < line.earliest) line.earliest = due
    return line
  }
  for await (const object of pages((after) => store.objects(now, after, page, tenant))) {
    const { due_at: due, policy } = judgeObject(policies, object)
    const type = typeOfObject(object.kind)
    if (due === null || due > by || type === undefined) continue
    const line = lineOf(type, policy, due)
    if (object.held) line.held++
    else if (isLocked(object, by)) lock(line, object.lock_until)
    else {
      line.count++
      line.bytes += object.bytes
    }
  }
  for await (const call of pages((after) => store.calls(now, after, page, tenant))) {
    const { retain, policy } = judgeCall(policies, call) as { retain: Retained; policy: string }
    if (!call.ended) continue
    for (const part of dueParts(retain, by)) {
      const line = lineOf(part, policy, new Date(retain[part] ?? retain.calls ?? by))
      if (call.held) line.held++
      else line.count++
    }
  }
  return { tenant, by, lines: [...lines.values()].toSorted((a, b) => (a.type < b.type ? -1 : 1)) }
}

type Line = { -readonly [Name in keyof PlanLine]: PlanLine[Name] }

const empty = { count: 0, bytes: 0, held: 0, locked: 0, lockedUntil: null as Date | null }

function lock(line: Line, until: Date | null): void {
  line.locked++
  if (until !== null && (line.lockedUntil === null || until > line.lockedUntil)) line.lockedUntil = until
}

async function* pages<Row extends { readonly id: string }>(
  read: (after: string) => Promise<readonly Row[]>,
): AsyncGenerator<Row> {
  let after = ''
  for (;;) {
    const rows = await read(after)
    yield* rows
    after = rows.at(-1)?.id ?? ''
    if (rows.length < page) return
  }
}
