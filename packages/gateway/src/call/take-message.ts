import type { RecordingId } from '#kernel'
import type { FromMedia } from '#media'
import { ask } from './ask.ts'
import { actionOf } from './command-parts.ts'
import type { CallCommand } from './commands.ts'
import type { Live } from './live.ts'
import type { Next, ProgramParts } from './program.ts'
import { playOut } from './prompt.ts'
import { silenceMeter } from './silence-meter.ts'
import { messageBeep } from './tones.ts'

type MessageCommand = Extract<CallCommand, { type: 'message' }>

/** Why a message is over. `not-recorded`: there is none, for nobody may be recorded now, or it could not be. */
type MessageEnd = 'silence' | 'finish-key' | 'max-length' | 'hangup' | 'superseded' | 'not-recorded'

interface Spoken {
  readonly why: MessageEnd
  readonly key: string | undefined
  /** From the end of the beep on. */
  readonly lengthMs: number
  /** Where in that the last word ended; 0 when there was none. */
  readonly spokenMs: number
}

/**
 * Records what the first leg's peer says, until they are done. It is a recording like any other, or a stretch of the one that runs; where nobody may
 * be recorded, or that one is silent, nobody is asked to speak.
 */
export async function takeMessage(
  { live, recorder }: Pick<ProgramParts, 'live' | 'recorder'>,
  command: MessageCommand,
  signal: AbortSignal,
): Promise<Next> {
  const isOwn = await recorder.borrow(command.events)
  const recording = recorder.running
  if (recording === undefined || recording.isSilent) {
    if (isOwn) await recorder.giveBack()
    return conclude(live, command, { recording_id: null, ...nothing }, signal)
  }
  if (command.beep) await playOut(live, messageBeep, signal)
  const fromMs = Math.round(live.deps.clock.monotonicMs() - recording.startedMs)
  const { why, key, lengthMs, spokenMs } = await listen(live, command, signal)
  const own = isOwn && (live.signal.aborted || (await recorder.giveBack()))
  const durationMs = command.trim && why === 'silence' ? spokenMs : lengthMs
  const about = { from_ms: fromMs, to_ms: fromMs + durationMs, own, said: spokenMs > 0 }
  const state = live.receipt.recordings.find(({ id }) => id === recording.id)?.state ?? 'recording'
  const told = {
    reason: why,
    recording_state: state,
    ...(key !== undefined && { key }),
    duration_ms: durationMs,
    ...about,
  }
  return conclude(live, command, { recording_id: recording.id, ...told }, signal)
}

/** What the app learns of it. */
interface Told {
  readonly recording_id: RecordingId | null
  readonly reason: MessageEnd
  readonly duration_ms: number
  readonly said: boolean
}

const nothing = { reason: 'not-recorded', duration_ms: 0, said: false } as const

async function conclude(live: Live, command: MessageCommand, told: Told, signal: AbortSignal): Promise<Next> {
  live.story('message.taken', { why: told.reason, durationMs: told.duration_ms })
  if (signal.aborted) {
    // Nobody can be asked any more.
    await live.tell('call.message', told, command.events)
    return 'over'
  }
  if (!told.said && command.on_empty === 'go-on') return 'on'
  return (await ask(live, 'call.message', told, signal, actionOf(command))) ?? 'over'
}

/** Hears until there was silence for long enough, a key, too much of it, or nobody. */
function listen(live: Live, command: MessageCommand, signal: AbortSignal): Promise<Spoken> {
  const { clock } = live.deps
  const startedMs = clock.monotonicMs()
  const passedMs = () => Math.round(clock.monotonicMs() - startedMs)
  const meter = silenceMeter()
  let spokenMs = 0
  return new Promise((resolve) => {
    const finish = (why: MessageEnd, key?: string) => {
      for (const stop of stops) stop()
      cancelSilence()
      resolve({ why, key, lengthMs: passedMs(), spokenMs })
    }
    const gone = () => finish(live.signal.aborted ? 'hangup' : 'superseded')
    let cancelSilence = clock.set(command.silence_ms, () => finish('silence'))
    const hear = (event: FromMedia) => {
      if (event.kind === 'dtmf' && command.finish_on_key.includes(event.digit))
        finish('finish-key', event.digit)
      if (event.kind !== 'heard' || event.channel !== 0 || !meter.speaks(event.ulaw)) return
      spokenMs = passedMs()
      cancelSilence()
      cancelSilence = clock.set(command.silence_ms, () => finish('silence'))
    }
    const stops = [
      live.onMedia(hear),
      live.ears.listen(live.leg),
      clock.set(command.max_ms, () => finish('max-length')),
      () => signal.removeEventListener('abort', gone),
    ]
    signal.addEventListener('abort', gone, { once: true })
    if (signal.aborted) gone()
  })
}
