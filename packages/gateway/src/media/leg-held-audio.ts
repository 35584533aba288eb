import { encodeUlaw, ULAW_SILENCE } from '@voxkeep/wire/g711'
import { samplesPerMs } from './caller-track.ts'
import { keptUnjudged, type StreamHold } from './contract.ts'

export type HeldTrack = 0 | 1

/**
 * The audio of a leg's two tracks while it waits to be judged, for streams that may not hear what is sensitive. It goes on in order, at its own
 * place in time, as soon as it was judged; what was found is overwritten first, and so is what nobody judged within the hold. Nothing here
 * waits for a clock: the newest audio is the time.
 */
export interface HeldAudio {
  /** Holds from now on; of two holds the longer one counts. */
  hold(hold: StreamHold): void
  /** Holds no more: what waits is thrown away. */
  drop(): void
  /** A frame of a track, borrowed. Frames come in order. Costs nothing while nothing is held. */
  push(track: HeldTrack, positionSamples: number, ulaw: Uint8Array): void
  /** Everything of the track before this was judged; what still comes for a place there was not. `keptUnjudged` says nothing here. */
  judged(track: HeldTrack, throughSamples: number): void
  /** Overwrites a stretch of a track that waits, or is still to come. */
  redact(track: HeldTrack, fromSamples: number, toSamples: number, why: string): void
}

/** What of a track was overwritten. */
export interface HeldGap {
  readonly track: HeldTrack
  readonly fromSamples: number
  readonly toSamples: number
  /** What was found, or `unjudged`. */
  readonly why: string
}

export interface HeldAudioOptions {
  /** Borrowed until the call returns. */
  readonly emit: (track: HeldTrack, ulaw: Uint8Array, positionSamples: number) => void
  /** Told when the stretch is over. */
  readonly overwritten: (gap: HeldGap) => void
}

interface Frame {
  readonly position: number
  readonly ulaw: Uint8Array
  /** What lies before this was judged without it: it came too late to be heard by whoever judges. */
  readonly lateTo: number
}

interface Side {
  readonly waiting: Frame[]
  /** Where its newest audio ends. */
  end: number
  /** Judged up to here. */
  judged: number
  /** In the order of their beginnings. */
  spans: { from: number; to: number; why: string }[]
  gap: HeldGap | undefined
}

/** Stretches that wait for their audio, a track: beyond it neighbours grow together, and what lies between them goes too. */
const maxSpans = 256
/** Frames are 20 ms; of shorter ones no more than this wait beyond what a hold needs. */
const frameMs = 20
const spareFrames = 50
const unjudged = 'unjudged'
/** One period of 1,000 Hz at 8 kHz, 28.5 dB below full scale: no key's frequency (ITU-T Q.23). */
const tone = encodeUlaw(
  Int16Array.from({ length: 8 }, (_, at) => Math.round(1_200 * Math.sin((2 * Math.PI * at) / 8))),
  new Uint8Array(8),
)

export function heldAudio({ emit, overwritten }: HeldAudioOptions): HeldAudio {
  const sides: readonly [Side, Side] = [newSide(), newSide()]
  let hold: StreamHold | undefined
  /** Where the newest audio of either track ends. */
  let newest = 0

  /** Overwrites `from` up to `to` of a frame with what the policy says. */
  const cover = ({ position, ulaw }: Frame, from: number, to: number) => {
    for (let at = Math.max(from, position); at < Math.min(to, position + ulaw.length); at++)
      ulaw[at - position] = hold?.mask === 'tone' ? (tone[at % tone.length] ?? ULAW_SILENCE) : ULAW_SILENCE
  }
  const note = (track: HeldTrack, from: number, to: number, why: string) => {
    const side = sides[track]
    const { gap } = side
    if (gap !== undefined && gap.why === why && from <= gap.toSamples) {
      side.gap = { ...gap, toSamples: Math.max(gap.toSamples, to) }
      return
    }
    if (gap !== undefined) overwritten(gap)
    side.gap = { track, fromSamples: from, toSamples: to, why }
  }
  const send = (track: HeldTrack, frame: Frame) => {
    const side = sides[track]
    const { position, ulaw, lateTo } = frame
    const end = position + ulaw.length
    if (lateTo > position) {
      cover(frame, position, lateTo)
      note(track, position, Math.min(lateTo, end), unjudged)
    }
    if (side.judged < end) {
      const from = Math.max(position, side.judged)
      cover(frame, from, end)
      note(track, from, end, unjudged)
    }
    for (const { from, to, why } of side.spans) {
      if (from >= end || to <= position) continue
      cover(frame, from, to)
      note(track, Math.max(from, position), Math.min(to, end), why)
    }
    side.spans = side.spans.filter(({ to }) => to > end)
    if (side.gap !== undefined && side.gap.toSamples < end) {
      overwritten(side.gap)
      side.gap = undefined
    }
    emit(track, ulaw, position)
    ulaw.fill(ULAW_SILENCE)
  }
  const flush = (track: HeldTrack) => {
    if (hold === undefined) return
    const { waiting } = sides[track]
    const side = sides[track]
    const maxSamples = hold.maxMs * samplesPerMs
    const maxFrames = Math.ceil(hold.maxMs / frameMs) + spareFrames
    for (let frame = waiting[0]; frame !== undefined; frame = waiting[0]) {
      const end = frame.position + frame.ulaw.length
      const isOver = newest - end >= maxSamples || waiting.length > maxFrames
      if (side.judged < end && !isOver) return
      waiting.shift()
      send(track, frame)
    }
  }
  return {
    hold(wanted) {
      hold = hold !== undefined && hold.maxMs >= wanted.maxMs ? hold : wanted
    },
    drop() {
      hold = undefined
      for (const side of sides) {
        for (const { ulaw } of side.waiting) ulaw.fill(ULAW_SILENCE)
        side.waiting.length = 0
        side.gap = undefined
      }
    },
    push(track, position, ulaw) {
      const side = sides[track]
      side.end = position + ulaw.length
      newest = Math.max(newest, side.end)
      if (hold === undefined) return
      const lateTo = isAudible(ulaw) ? side.judged : 0
      side.waiting.push({ position, ulaw: new Uint8Array(ulaw), lateTo })
      flush(0)
      flush(1)
    },
    judged(track, through) {
      if (through === keptUnjudged) return
      const side = sides[track]
      if (through > side.judged) side.judged = through
      flush(track)
    },
    redact(track, from, to, why) {
      if (!(from < to)) return // not a number is no stretch either
      const side = sides[track]
      const reached = side.waiting[0]?.position ?? side.end
      side.spans = grown(
        [...side.spans.filter((span) => span.to > reached), { from, to, why }].toSorted(
          (a, b) => a.from - b.from,
        ),
      )
    },
  }
}

function newSide(): Side {
  return { waiting: [], end: 0, judged: 0, spans: [], gap: undefined }
}

function isAudible(ulaw: Uint8Array): boolean {
  return ulaw.some((code) => (code | 0x80) !== ULAW_SILENCE) // µ-law has two zeros
}

/** At most `maxSpans` of them: the nearest two become one. */
function grown(spans: Side['spans']): Side['spans'] {
  while (spans.length > maxSpans) {
    let nearest = 1
    const room = (at: number) => (spans[at]?.from ?? Infinity) - (spans[at - 1]?.to ?? 0)
    for (let at = 2; at < spans.length; at++) if (room(at) < room(nearest)) nearest = at
    const [a, b] = [spans[nearest - 1], spans[nearest]]
    if (a === undefined || b === undefined) break
    spans.splice(nearest - 1, 2, { from: a.from, to: Math.max(a.to, b.to), why: a.why })
  }
  return spans
}
