import { replayWindow, type ReplayWindow } from './replay-window.ts'

/** One synchronization source under one key: how far it came, and what came of it. */
export interface Source {
  readonly ssrc: number
  readonly replays: ReplayWindow
  highest: number
}

/**
 * The sources of authentic packets under one key. A bounded number is followed packet by packet; of those that have
 * fallen silent only the highest index is kept, so that they may go on but nothing of theirs is taken twice.
 */
export interface Sources {
  find(ssrc: number): Source | undefined
  /** Highest index of the source, followed or silent; −1 for an unknown one. */
  highest(ssrc: number): number
  /** Whether there is room for one more, or one that was here before. */
  admits(ssrc: number): boolean
  /** Follows a source from its first authentic packet on. Call it only where `admits`. */
  add(ssrc: number, index: number): Source
  /** Highest index of each, by SSRC. */
  positions(): Iterable<readonly [ssrc: number, highest: number]>
}

/** A call's peer changes its SSRC a few times; one that does so for each packet is not followed for ever. */
const maxSilent = 1_024

export function sources(windowPackets: number, maxFollowed: number): Sources {
  const followed = new Map<number, Source>()
  const silent = new Map<number, number>()

  /** Of the one that has been followed longest only the floor stays. */
  function retireOne(): void {
    for (const [ssrc, { highest }] of followed) {
      followed.delete(ssrc)
      silent.set(ssrc, highest)
      return
    }
  }

  return {
    find: (ssrc) => followed.get(ssrc),
    highest: (ssrc) => followed.get(ssrc)?.highest ?? silent.get(ssrc) ?? -1,
    admits: (ssrc) => followed.size < maxFollowed || silent.has(ssrc) || silent.size < maxSilent,
    add(ssrc, index) {
      const floor = silent.get(ssrc)
      silent.delete(ssrc)
      if (followed.size >= maxFollowed) retireOne()
      const source = { ssrc, replays: replayWindow(windowPackets, floor), highest: index }
      followed.set(ssrc, source)
      return source
    },
    *positions() {
      yield* silent
      for (const { ssrc, highest } of followed.values()) yield [ssrc, highest]
    },
  }
}
