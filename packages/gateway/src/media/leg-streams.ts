import type { Clock, LegId, StreamId } from '#kernel'
import { samplesPerMs } from './caller-track.ts'
import type { FromMedia, StreamSpec } from './contract.ts'
import type { AppStream, OpenAppStream } from './deps.ts'
import type { Warnings } from './warnings.ts'

/** What waits between the audio: something to tell once everything before it was played. */
export type Label =
  | { readonly kind: 'mark'; readonly stream: LegStream; readonly name: string }
  | { readonly kind: 'play'; readonly play: number }

/** One stream of a leg and the place on the leg's timeline where it began. */
export interface LegStream {
  readonly id: StreamId
  readonly spec: StreamSpec
  readonly connection: AppStream
  readonly hears: Readonly<Record<'inbound' | 'outbound', boolean>>
  baseSamples: number | undefined
  framesOut: number
}

/** The leg, as far as its streams need it. */
export interface StreamHost {
  /** Where the next frame of each track will lie. */
  inboundSamples(): number
  outboundSamples(): number
  /** Queues app audio; returns how many bytes fitted. */
  play(ulaw: Uint8Array, limitBytes: number): number
  label(label: Label): boolean
  /** Empties the queue and answers what waited in it. */
  clear(): void
  /** The stream that spoke has ended: what it left unsaid is dropped. */
  silence(): void
}

/** Twilio's bound; each fork costs as much as a call. */
const maxForks = 4

/** The streams of one leg: at most one conversation, and forks that only listen. */
export interface LegStreams {
  open(spec: StreamSpec): void
  close(id: StreamId): void
  closeAll(): void
  /** Audio of the caller. */
  inbound(ulaw: Uint8Array, positionSamples: number): void
  /** Audio the caller hears. */
  outbound(ulaw: Uint8Array, positionSamples: number): void
  digit(digit: string): void
  /** An audible frame was sent; it counts for the conversation. */
  played(): void
}

export function legStreams(options: {
  readonly leg: LegId
  readonly clock: Clock
  readonly openStream: OpenAppStream
  readonly post: (message: FromMedia) => void
  readonly warnings: Warnings
  readonly host: StreamHost
}): LegStreams {
  const { leg, post, host, warnings } = options
  const streams: LegStream[] = []

  const conversation = () => streams.find((stream) => stream.spec.direction === 'both')

  function isRefused(spec: StreamSpec): boolean {
    if (spec.direction === 'both') return conversation() !== undefined
    return streams.filter((stream) => stream.spec.direction !== 'both').length >= maxForks
  }

  function begin(stream: LegStream): void {
    const { direction } = stream.spec
    stream.baseSamples =
      direction === 'both_tracks'
        ? Math.min(host.inboundSamples(), host.outboundSamples())
        : direction === 'outbound'
          ? host.outboundSamples()
          : host.inboundSamples()
  }

  function remove(stream: LegStream): void {
    const at = streams.indexOf(stream)
    if (at >= 0) streams.splice(at, 1)
    if (stream.spec.direction === 'both') host.silence()
  }

  function open(spec: StreamSpec): void {
    const id = spec.id
    if (isRefused(spec)) {
      warnings.count('stream-refused')
      post({ kind: 'stream.closed', leg, stream: id, why: 'closed-by-gateway', stats: noStats })
      return
    }
    const limitBytes = spec.maxBufferedMs * samplesPerMs
    let opened: LegStream | undefined
    const connection = options.openStream(spec, {
      clock: options.clock,
      sink: {
        opened(tls) {
          if (opened !== undefined) begin(opened)
          post({ kind: 'stream.opened', leg, stream: id, tls })
        },
        audio: (ulaw) => host.play(ulaw, limitBytes),
        mark: (name) => opened !== undefined && host.label({ kind: 'mark', stream: opened, name }),
        clear: () => host.clear(),
        warning: (code) => warnings.count(code),
        closed(why, counts) {
          const framesOut = opened?.framesOut ?? 0
          if (opened !== undefined) remove(opened)
          post({ kind: 'stream.closed', leg, stream: id, why, stats: { ...counts, framesOut } })
        },
      },
    })
    opened = { id, spec, connection, hears: heardBy(spec.direction), baseSamples: undefined, framesOut: 0 }
    streams.push(opened)
  }

  function send(track: 'inbound' | 'outbound', ulaw: Uint8Array, positionSamples: number): void {
    for (const stream of streams) {
      if (stream.baseSamples === undefined || !stream.hears[track]) continue
      const timestampMs = Math.floor((positionSamples - stream.baseSamples) / samplesPerMs)
      if (timestampMs >= 0) stream.connection.sendAudio(track, ulaw, timestampMs)
    }
  }

  return {
    open,
    close: (id) => streams.find((stream) => stream.id === id)?.connection.close(),
    closeAll() {
      for (const stream of streams.slice()) stream.connection.close()
    },
    inbound: (ulaw, positionSamples) => send('inbound', ulaw, positionSamples),
    outbound: (ulaw, positionSamples) => send('outbound', ulaw, positionSamples),
    digit(digit) {
      conversation()?.connection.sendDtmf(digit)
    },
    played() {
      const speaking = conversation()
      if (speaking !== undefined) speaking.framesOut += 1
    },
  }
}

/** The conversation hears the caller alone: it knows what it says itself. */
function heardBy(direction: StreamSpec['direction']): LegStream['hears'] {
  return {
    inbound: direction !== 'outbound',
    outbound: direction === 'outbound' || direction === 'both_tracks',
  }
}

const noStats = {
  framesIn: 0,
  framesOut: 0,
  framesDropped: 0,
  messagesIgnored: 0,
  bytesRejected: 0,
  marks: 0,
  clears: 0,
}
