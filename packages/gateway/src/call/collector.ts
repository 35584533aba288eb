import { wait } from '#kernel'
import { ask } from './ask.ts'
import type { CallLeg } from './call-leg.ts'
import { collectSession, type SessionControl, type StopReason } from './collect-session.ts'
import { runCollect, type CollectReport } from './collect.ts'
import { actionOf } from './command-parts.ts'
import type { CollectCommand, PayCommand } from './commands-collect.ts'
import type { Live } from './live.ts'
import { payFields } from './pay-fields.ts'
import { runPay } from './pay.ts'
import { paymentMemory } from './payment-memory.ts'
import type { Next } from './program.ts'
import { roomFor, secureDoor } from './secure-door.ts'

type Command = CollectCommand | PayCommand

/** What the app is asked, or was told, when one is over. */
interface Concluded {
  readonly type: string
  readonly data: object
  readonly isAsked: boolean
  /** Resolves when keys are no secret any more. */
  readonly closed: Promise<void>
}

/** What of a call takes keys that nobody else may learn: one `collect` or `pay` at a time. */
export interface Collector {
  /** Runs one to its end, in the place of one that is under way, and asks the app how to go on. */
  run(command: Command, signal: AbortSignal): Promise<Next>
  /** A key that was pressed while its leg was secure. */
  key(leg: CallLeg, digit: string): void
  /** Ends what is under way. */
  stop(why: StopReason): void
  /** The `idempotency_key` of the payment that is under way, where it has one. */
  readonly paying: string | undefined
  /** The call is over: resolves when what was sent to a payment provider is answered for, or that took too long. */
  settled(): Promise<void>
}

/** As many as a call's receipt has room for. */
const maxCaptures = 100

/** How long a call that is over waits to learn what became of a payment; afterwards the provider is asked again by others. */
const settleMs = 10_000

export function callCollector(live: Live): Collector {
  const { clock } = live.deps
  const door = secureDoor(clock)
  const memory = paymentMemory(live.id)
  let current:
    | { readonly control: SessionControl; readonly over: Promise<unknown>; readonly name: string | undefined }
    | undefined

  /** What is said to one that is under way: to the one of this name, where one is said. */
  function steer(command: Command): void {
    const name = nameOf(command)
    if (name !== undefined && current?.name !== name) return
    if (command.action === 'capture' && command.capture !== undefined)
      current?.control.step({ kind: 'capture', field: command.capture })
    else if (command.action === 'complete') current?.control.step({ kind: 'complete' })
    else current?.control.stop('cancelled')
  }

  /** A leg that went over to another call is heard there in a moment. */
  function keepShut(): void {
    if (live.first !== undefined) door.keepShut()
  }

  async function attend(command: Command, control: SessionControl): Promise<CollectReport> {
    const { session } = control
    const { leg, entry, room } = session
    const isPay = command.type === 'pay'
    const cancelLimit = clock.set(command.limit_ms, () => control.stop('limit'))
    live.receipt.secureCapture.push(entry)
    try {
      if (leg !== undefined) await door.open(leg, roomFor(command))
      const mode = command.mode
      live.story(`${command.type}.started`, { what: entry.what, mode })
      await live.audit(`${command.type}.starting`, { what: entry.what, mode, provider: entry.provider })
      const report = isPay ? await runPay(session, command, memory) : await runCollect(session, command)
      Object.assign(entry, { outcome: report.outcome, attempts: report.attempts })
      return report
    } finally {
      cancelLimit()
      room.listen(() => {})
      session.progress.close()
      live.deps.count('collects_ended', { command: command.type, outcome: entry.outcome })
      live.story(`${command.type}.ended`, {
        what: entry.what,
        outcome: entry.outcome,
        attempts: entry.attempts,
      })
    }
  }

  /** Puts it on record, and tells it to an app that is not asked any more. */
  async function conclude(
    command: Command,
    control: SessionControl,
    signal: AbortSignal,
  ): Promise<Concluded> {
    const report = await attend(command, control)
    const { session } = control
    const { outcome, attempts } = report
    const type = command.type === 'pay' ? 'call.paid' : 'call.collected'
    const durationMs = Math.round(clock.monotonicMs() - session.startedAtMs)
    const data = { outcome, duration_ms: durationMs, ...report.told }
    const closed = door.close()
    if (live.signal.aborted) keepShut()
    else await live.audit(`${command.type}.ended`, { outcome, attempts })
    const isAsked = !signal.aborted && session.stopped !== 'superseded'
    if (!isAsked && report.mustBeTold) await live.tell(type, data, command.events)
    return { type, data, isAsked, closed }
  }

  return {
    async run(command, signal) {
      if (command.action !== 'start') {
        steer(command)
        return 'on'
      }
      // Another one may have waited for the same end, and be under way by now: two at once would open each other's door.
      for (let before: typeof current; before !== current;) {
        before = current
        before?.control.stop('superseded')
        await before?.over
      }
      if (signal.aborted) return 'over'
      if (live.receipt.secureCapture.length >= maxCaptures) {
        live.story('command.ignored', { type: command.type })
        return 'on'
      }
      const control = collectSession(live, aboutOf(command), signal)
      const concluded = conclude(command, control, signal)
      const mine = { control, over: concluded.catch(() => {}), name: nameOf(command) }
      current = mine
      try {
        const { type, data, isAsked, closed } = await concluded
        mine.name = undefined
        if (!isAsked) return 'over'
        if (isToldOnly(command)) {
          await Promise.all([live.tell(type, data, command.events), closed])
          return 'on'
        }
        const [next] = await Promise.all([ask(live, type, data, signal, actionOf(command)), closed])
        return next ?? 'over'
      } finally {
        if (current === mine) {
          current = undefined
          void door.close()
        }
      }
    },
    key(leg, digit) {
      door.keyed()
      if (current?.control.session.leg === leg) current.control.key(digit)
    },
    stop: (why) => current?.control.stop(why),
    get paying() {
      return current?.name
    },
    async settled() {
      const patience = new AbortController()
      const enough = wait(clock, settleMs, patience.signal).catch(() => {})
      await Promise.race([current?.over, enough])
      patience.abort()
      current?.control.loseCall()
      await current?.over
      keepShut()
    },
  }
}

function nameOf(command: Command): string | undefined {
  return command.type === 'pay' ? command.idempotency_key : undefined
}

function isToldOnly(command: Command): boolean {
  return command.type === 'pay' && command.on_end === 'tell'
}

function aboutOf(command: Command) {
  const fields = command.type === 'pay' ? payFields(command) : command.fields
  const kinds = fields.map(({ field }) => field)
  const provider = command.type === 'pay' ? (command.provider ?? null) : null
  return { what: kinds.join(' '), provider, settings: command, events: command.events }
}
