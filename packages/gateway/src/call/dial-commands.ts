import { sid, type RecordingId } from '#kernel'
import { ask } from './ask.ts'
import { actionOf, type ActionAddress } from './command-parts.ts'
import type { CallCommand } from './commands.ts'
import type { Dialler, DialOrder, DialReport } from './dialler.ts'
import type { Live } from './live.ts'
import type { Next, ProgramParts } from './program.ts'
import { admit } from './place-leg.ts'

type Command<Type extends CallCommand['type']> = Extract<CallCommand, { type: Type }>

/** Dials, connects, waits until it is over, and asks the app how to go on. */
export async function runDial(
  { live, dialler, recorder }: Pick<ProgramParts, 'live' | 'dialler' | 'recorder'>,
  command: Command<'dial'>,
  signal: AbortSignal,
): Promise<Next> {
  const { whisper_url: url, whisper_method: method, send_digits: sendDigits } = command
  const whisper = url === undefined ? undefined : { url, method }
  const isAsked = whisper !== undefined || sendDigits !== undefined
  let begun = Promise.resolve(false)
  const connected = () => {
    if (!command.record) return
    begun = recorder.borrow(command.record_events).catch((error: unknown) => {
      live.log.error('recording could not start', { error })
      return false
    })
  }
  const report = await dialler.dial(
    {
      to: typeof command.to === 'string' ? [command.to] : command.to,
      strategy: command.strategy,
      from: command.from,
      via: 'command',
      ringTimeoutMs: command.ring_timeout_ms,
      ring: command.ring,
      timeLimitMs: command.time_limit_ms,
      hangupOnStar: command.hangup_on_star,
      headers: Object.entries(command.headers),
      events: command.events,
      connected,
      ...(isAsked && { before: { sendDigits, whisper } }),
    },
    signal,
  )
  const isRecorded = await begun
  const recording = isRecorded ? recorder.running?.id : undefined
  if (isRecorded && !live.signal.aborted) await recorder.giveBack()
  const action = actionOf(command)
  return askAfter(live, report, signal, action, recording)
}

/** Hands the caller over. When that went well the call ends with the new conversation; else the app is asked how to go on. */
export async function runTransfer(
  live: Live,
  dialler: Dialler,
  command: Command<'transfer'>,
  signal: AbortSignal,
): Promise<Next> {
  const { to = '', from, ring_timeout_ms: ringTimeoutMs, ring } = command
  if (command.action === 'complete') {
    if (!dialler.complete()) live.story('command.ignored', { type: 'transfer' })
    return 'on'
  }
  const action = actionOf(command)
  if (command.mode === 'refer') return referAway(live, { to, action }, signal)
  const via = 'transfer'
  const rest = { timeLimitMs: undefined, hangupOnStar: false }
  const order: DialOrder = { to: [to], strategy: 'sequential', from, via, ringTimeoutMs, ring, ...rest }
  const report = await dialler.dial(order, signal)
  if (!report.answered || signal.aborted) return askAfter(live, report, signal, action)
  await live.end(report.endedBy === 'limit-reached' ? 'limit-reached' : 'callee-hung-up')
  return 'over'
}

export function runConsult(live: Live, dialler: Dialler, command: Command<'consult'>): void {
  if (command.action === 'cancel') return dialler.cancelConsult()
  const { to = '', from, ring_timeout_ms: ringTimeoutMs } = command
  if (!dialler.consult({ to, from, via: 'transfer', ringTimeoutMs }))
    live.story('command.ignored', { type: 'consult' })
}

/** Asks the first leg's peer to call the target itself, which costs somebody just as much: the guard decides all the same. */
async function referAway(
  live: Live,
  { to, action }: { readonly to: string; readonly action: ActionAddress | undefined },
  signal: AbortSignal,
): Promise<Next> {
  const order = { to, from: undefined, via: 'transfer' as const, ringTimeoutMs: 0, near: undefined }
  const admission = await admit(live, order)
  if (!admission.ok) {
    const failed = { ok: false, why: 'refused', refusal: admission.why } as const
    return askAfter(live, { answered: false, failed }, signal, action)
  }
  await admission.lease.ended() // it is no leg of ours
  await live.audit('transfer.referring', {})
  const outcome = await live.first?.signalling?.refer({ to: admission.to })
  if (signal.aborted) return 'over'
  if (outcome?.ok === true) {
    await live.end('transferred')
    return 'over'
  }
  const { why = 'refused', status } = outcome ?? {}
  const isNoAnswer = why === 'timeout'
  const failed = { ok: false, why: isNoAnswer ? 'timeout' : 'rejected' } as const
  return askAfter(
    live,
    { answered: false, failed: { ...failed, ...(status !== undefined && { status }) } },
    signal,
    action,
  )
}

async function askAfter(
  live: Live,
  report: DialReport,
  signal: AbortSignal,
  action: ActionAddress | undefined,
  recording?: RecordingId,
): Promise<Next> {
  if (signal.aborted) return 'over'
  const about = report.answered
    ? {
        outcome: 'answered',
        ended_by: report.endedBy,
        duration_ms: report.durationMs,
        ...(report.leg !== undefined && { leg_id: report.leg, leg_sid: sid('CA', report.leg) }),
        ...(recording !== undefined && { recording_id: recording }),
      }
    : failureOf(report.failed)
  live.story('dialled', { outcome: about.outcome })
  return (await ask(live, 'call.dialed', about, signal, action)) ?? 'over'
}

function failureOf({ why, refusal, status, cause, leg }: Extract<DialReport, { answered: false }>['failed']) {
  return {
    outcome: why,
    duration_ms: 0,
    ...(leg !== undefined && { leg_id: leg, leg_sid: sid('CA', leg) }),
    ...(refusal !== undefined && { why: refusal }),
    ...(status !== undefined && { sip_status: status }),
    ...(cause !== undefined && { cause }),
  }
}
