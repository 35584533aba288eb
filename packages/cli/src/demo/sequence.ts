import type { CallDetail, LadderEntry, StoryLine } from './facts.ts'

export type Party = 'phone' | 'gateway' | 'app'
/** Who speaks to whom; phone and app never do so directly. */
export type Route = 'phone gateway' | 'gateway phone' | 'gateway app' | 'app gateway'

/** One line of the picture of a call. */
export type Step =
  | {
      readonly kind: 'message'
      /** From the start of the call. */
      readonly atMs: number
      readonly route: Route
      readonly label: string
      readonly note: string
    }
  /** Something that the gateway does on its own. */
  | { readonly kind: 'act'; readonly atMs: number; readonly label: string; readonly note: string }
  /** The audio: between all of them at once, for as long as the call lasts. */
  | {
      readonly kind: 'audio'
      readonly atMs: number
      readonly durationMs: number
      readonly labels: AudioLabels
    }

export interface AudioLabels {
  readonly call: string
  readonly stream: string
  readonly recording: string
}

/** Everything that passed between the parties, in order: the SIP ladder, the webhook, the stream and the recording. */
export function sequenceOf(call: CallDetail): Step[] {
  const ladder = call.ladder ?? []
  const originMs = Math.min(Date.parse(call.started_at), ladder[0]?.atMs ?? Infinity)
  const steps = [
    ...ladder.map(sipMessage),
    ...call.story.flatMap((line) => storySteps(line, call)),
    ...audioSteps(call),
  ]
  return steps.map((step) => ({ ...step, atMs: step.atMs - originMs })).toSorted((a, b) => a.atMs - b.atMs)
}

function sipMessage({ atMs, direction, what, cseq, bodyBytes }: LadderEntry): Step {
  const isStatus = /^\d/.test(what)
  const route = direction === 'received' ? 'phone gateway' : 'gateway phone'
  const label = isStatus ? `${what} ${reasons[what] ?? ''}`.trim() : what
  const about = isStatus ? cseq.replace(/^\d+ /, 'to ') : ''
  const note = [about, bodyBytes > 0 ? `SDP, ${bodyBytes} bytes` : ''].filter(Boolean).join(', ')
  return { kind: 'message', atMs, route, label, note }
}

const reasons: Readonly<Record<string, string>> = { '100': 'Trying', '180': 'Ringing', '200': 'OK' }

function storySteps(line: StoryLine, call: CallDetail): Step[] {
  const atMs = Date.parse(line.at)
  const message = (route: Route, label: string, note = ''): Step[] => [
    { kind: 'message', atMs, route, label, note },
  ]
  const { fields } = line
  switch (line.kind) {
    case 'decision':
      return [
        ...question(String(fields['type']), atMs, call.ladder ?? []),
        ...message('app gateway', commandsOf(call), 'signature verified'),
      ]
    case 'recording.started':
      return [{ kind: 'act', atMs, label: 'recording begins', note: 'with a data key of its own' }]
    case 'stream.opened':
      return message('gateway app', 'audio stream opens', `signed upgrade, ${String(fields['tls'])}`)
    case 'stream.closed':
      return message('gateway app', 'audio stream ends', String(fields['why']))
    case 'recording.sealed':
      return [
        {
          kind: 'act',
          atMs,
          label: 'recording sealed',
          note: `${String(fields['segments'])} segments on disk`,
        },
      ]
    default:
      return []
  }
}

/** The story notes the answer; the question left when the last SIP message before it had passed. */
function question(type: string, answeredAtMs: number, ladder: readonly LadderEntry[]): Step[] {
  const atMs = ladder.findLast((entry) => entry.atMs <= answeredAtMs)?.atMs ?? answeredAtMs
  return [{ kind: 'message', atMs, route: 'gateway app', label: type, note: 'signed webhook over TLS' }]
}

function commandsOf(call: CallDetail): string {
  const commands = call.story.filter(({ kind }) => kind === 'command').map(({ fields }) => fields['type'])
  return commands.join(', ') || 'no commands'
}

function audioSteps(call: CallDetail): Step[] {
  const started = call.story.find(({ kind }) => kind === 'media.started')
  const ended = call.story.find(({ kind }) => kind === 'ended')
  if (started === undefined || ended === undefined) return []
  const { srtp, streams = [] } = call.receipt ?? {}
  const { framesIn = 0, framesOut = 0 } = streams[0]?.stats ?? {}
  // After the stream has opened: the first packets come while it is being dialled.
  const opened = call.story.find(({ kind }) => kind === 'stream.opened') ?? started
  const atMs = Math.max(Date.parse(started.at), Date.parse(opened.at))
  const labels = {
    call: srtp?.suite ?? 'no SRTP',
    stream: `${framesIn} frames out, ${framesOut} back`,
    recording: 'recorded on the way, sealed before it is written',
  }
  return [{ kind: 'audio', atMs, durationMs: Date.parse(ended.at) - atMs, labels }]
}
