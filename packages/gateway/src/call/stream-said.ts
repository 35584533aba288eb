import type { z } from 'zod'
import type { LegId } from '#kernel'
import { callCommands } from './commands.ts'
import type { Live } from './live.ts'
import type { StreamEntry } from './receipt.ts'
import type { StreamPlan } from './stream-plan.ts'
import type { StreamCommand } from './streams.ts'

/** Answers what came over a stream that is no audio: an agent's words go to the agent's connector, an app's commands to the call. */
export function hearApp(
  live: Live,
  stream: {
    readonly command: StreamCommand
    readonly plan: StreamPlan
    readonly entry: StreamEntry
    readonly leg: LegId
  },
  message: object,
): void {
  const { entry, leg } = stream
  const { id } = entry
  const tell = (answer: object) => live.deps.media.tellStream(leg, id, answer)
  const { agent } = stream.plan
  if (agent !== undefined) return agent.said(live, message, tell)
  void runCommands(live, stream, message, tell).catch((error: unknown) =>
    live.log.warn('commands of a stream failed', { streamId: id, error }),
  )
}

interface Ack {
  readonly type: 'ack'
  readonly id: string
  readonly status: 'accepted' | 'refused'
  /** Why not: a word from a closed set. */
  readonly code?: 'not-understood' | 'not-allowed' | 'too-many' | 'call-ended'
  /** What was wrong with the commands, by their place. */
  readonly faults?: readonly { readonly at: string; readonly message: string }[]
}

const maxFaults = 5
/** Of one stream, that were not begun yet. An app that does not wait for what it asked for is in a loop. */
const maxAtOnce = 32
const underWay = new WeakMap<StreamEntry, number>()

/** The same commands, and the same checks, as with `POST /v1/calls/{id}/commands`: audited, then answered, then run. */
async function runCommands(
  live: Live,
  { command: { direction }, entry }: { readonly command: StreamCommand; readonly entry: StreamEntry },
  message: object,
  tell: (ack: Ack) => void,
): Promise<void> {
  const { id: asked, commands }: { id?: unknown; commands?: unknown } = message
  const id = typeof asked === 'string' ? asked : ''
  const refuse = (code: NonNullable<Ack['code']>, faults?: NonNullable<Ack['faults']>) =>
    tell({ type: 'ack', id, status: 'refused', code, ...(faults !== undefined && { faults }) })
  // A fork may go to somebody who is to hear the call and not to steer it.
  if (direction !== 'both') return refuse('not-allowed')
  const others = underWay.get(entry) ?? 0
  if (others >= maxAtOnce) return refuse('too-many')
  const parsed = callCommands.min(1).safeParse(commands)
  if (!parsed.success) return refuse('not-understood', faultsOf(parsed.error))
  const types = parsed.data.map(({ type }) => type).join(' ')
  underWay.set(entry, others + 1)
  try {
    await live.audit('call.command', { stream: entry.id, commands: types })
  } finally {
    underWay.set(entry, (underWay.get(entry) ?? 1) - 1)
  }
  if (live.signal.aborted) return refuse('call-ended')
  tell({ type: 'ack', id, status: 'accepted' }) // before it is done: a hangup leaves nobody to be told
  await live.command(parsed.data)
}

function faultsOf({ issues }: z.ZodError): NonNullable<Ack['faults']> {
  return issues.slice(0, maxFaults).map(({ path, message }) => ({ at: path.join('.'), message }))
}
