import type { RecordingId } from '#kernel'
import type { FromMedia } from '#media'
import type { CallCommand } from './commands.ts'
import type { Live } from './live.ts'

/** What was to be redacted when it was sealed already, in milliseconds of the recording. */
export type MissedSpan = Pick<
  Extract<FromMedia, { kind: 'record.missed' }>,
  'channel' | 'fromMs' | 'toMs' | 'why'
>

/** More than a recording can have of findings that came too late; beyond it they grow together. */
const maxMissed = 1_000

function addMissed(list: MissedSpan[], { channel, fromMs, toMs, why }: MissedSpan): void {
  const last = list.findLast((one) => one.channel === channel)
  if (list.length < maxMissed || last === undefined) return void list.push({ channel, fromMs, toMs, why })
  list[list.indexOf(last)] = {
    channel,
    why,
    fromMs: Math.min(last.fromMs, fromMs),
    toMs: Math.max(last.toMs, toMs),
  }
}

/** What is found in a running recording when it is sealed already. */
export interface MissedSpans {
  readonly list: readonly MissedSpan[]
  /** Keeps it where a crash does not reach, without waiting for that. */
  add(span: MissedSpan): void
  /** Resolves once nothing of it is being written any more. */
  written(): Promise<void>
}

export function missedSpans(live: Live, recording: RecordingId, mask: 'silence' | 'tone'): MissedSpans {
  const list: MissedSpan[] = []
  let writing: Promise<void> | undefined
  let isBehind = false
  const write = async () => {
    const { tenant, id: call } = live
    while (isBehind) {
      isBehind = false
      await live.deps.words
        .foresee({ tenant, call, recording, spans: [...list], mask })
        // It is in memory still, and asked for when the recording ends.
        .catch((error: unknown) =>
          live.log.error('what was found too late is in memory only', { recordingId: recording, error }),
        )
    }
    writing = undefined
  }
  return {
    list,
    add(span) {
      addMissed(list, span)
      isBehind = true
      writing ??= write()
    },
    written: async () => writing,
  }
}

/** Has it redacted after the fact; resolves once that is kept, or the app was told that it cannot be. */
export async function redactLater(
  live: Live,
  recording: RecordingId,
  { spans, mask }: { readonly spans: readonly MissedSpan[]; readonly mask: 'silence' | 'tone' },
): Promise<void> {
  try {
    await live.deps.words.redactSealed({ tenant: live.tenant, call: live.id, recording, spans, mask })
    live.story('recording.redacted_late', { recording, spans: spans.length })
  } catch (error) {
    live.deps.count('redactions_failed')
    live.log.error('what was found too late is in the recording still', { recordingId: recording, error })
    await live.tell('recording.redaction_failed', { recording_id: recording, spans: spans.length })
  }
}

/** What is said while the command is on its way belongs to it. */
const slackMs = 250
const samplesPerMs = 8

/** Where a `redact` command's stretch lies. `elapsedMs`: how long the recording has run. */
export function redactionSpans(command: Extract<CallCommand, { type: 'redact' }>, elapsedMs: number) {
  const { channel, last_ms, from_ms = 0, to_ms = 0, why } = command
  const fromMs = last_ms === undefined ? from_ms : Math.max(0, elapsedMs - last_ms)
  const toMs = last_ms === undefined ? to_ms : elapsedMs + slackMs
  const channels =
    channel === 'both' ? ([0, 1] as const) : [channel === 'caller' ? (0 as const) : (1 as const)]
  return channels.map((of) => ({
    channel: of,
    fromSamples: Math.round(fromMs * samplesPerMs),
    toSamples: Math.round(toMs * samplesPerMs),
    why,
    of: 'recording' as const,
  }))
}
