import type { Live } from './live.ts'

/** Plays what comes in pieces to the first leg, one after the other, and knows how much of it was played. */
export interface LegPlayer {
  /** Queues audio (µ-law, 8 kHz; the player's from then on). Resolves as soon as there is room for more; false: it was stopped, or the leg is gone. */
  push(ulaw: Uint8Array): Promise<boolean>
  /** All that was queued before is played, or was stopped; false: not to its end. */
  drained(): Promise<boolean>
  /** Throws away what plays and what waits. Later pieces are played again. */
  stop(): void
  /** Of what was ever queued, and what of it was played or thrown away; milliseconds. */
  readonly queuedMs: number
  readonly playedMs: number
}

const bytesPerMs = 8
/** What is told to the media plane at a time. */
const pieceBytes = 400 * bytesPerMs
/** So much may wait there: what a voice makes faster than it is spoken is not taken before. */
const aheadMs = 15_000

interface Piece {
  readonly ms: number
  startedMs: number | undefined
}

export function legPlayer(live: Live): LegPlayer {
  const { media, clock } = live.deps
  let waiting: Piece[] = []
  /** Whatever was queued before it was stopped is of an earlier round. */
  let round = 0
  let [queuedMs, doneMs] = [0, 0]
  let last: Promise<boolean> = Promise.resolve(true)
  let roomFor: (() => void)[] = []

  const begin = (piece: Piece | undefined) => {
    if (piece !== undefined) piece.startedMs ??= clock.monotonicMs()
  }
  const wake = () => {
    const all = roomFor
    roomFor = []
    for (const go of all) go()
  }
  function play(ulaw: Uint8Array): void {
    const piece: Piece = { ms: ulaw.length / bytesPerMs, startedMs: undefined }
    const mine = round
    waiting.push(piece)
    queuedMs += piece.ms
    begin(waiting[0])
    const before = last
    const played = media.play(live.leg, ulaw).then((why) => {
      if (mine !== round) return false
      waiting = waiting.filter((one) => one !== piece)
      doneMs += piece.ms
      begin(waiting[0])
      wake()
      return why === 'finished'
    })
    last = Promise.all([before, played]).then((ends) => ends.every(Boolean))
  }
  const waitingMs = () => waiting.reduce((sum, { ms }) => sum + ms, 0)
  return {
    async push(ulaw) {
      const mine = round
      for (let at = 0; at < ulaw.length; at += pieceBytes) play(ulaw.subarray(at, at + pieceBytes))
      const isWanted = () => mine === round && !live.signal.aborted
      while (isWanted() && waitingMs() > aheadMs) await new Promise<void>((resolve) => roomFor.push(resolve))
      return isWanted()
    },
    drained: () => last,
    stop() {
      round += 1
      doneMs = queuedMs
      const hadSome = waiting.length > 0
      waiting = []
      last = Promise.resolve(true)
      if (hadSome) media.stopPlay(live.leg)
      wake()
    },
    get queuedMs() {
      return queuedMs
    },
    get playedMs() {
      const [now] = waiting
      const current = now?.startedMs === undefined ? 0 : clock.monotonicMs() - now.startedMs
      return doneMs + Math.min(current, now?.ms ?? 0)
    },
  }
}
