import type { LegId } from '#kernel'
import type { Arrangement, Heard } from './arrangement.ts'
import type { CallMedia } from './deps.ts'
import { ringbackTone } from './tones.ts'

export interface Switchboard {
  /** Makes it so, with no more changes than it takes. */
  apply(wanted: Arrangement<LegId>): void
}

/** Carries out arrangements: bridges legs, and plays to those who wait. */
export function switchboard(
  media: Pick<CallMedia, 'bridge' | 'unbridge' | 'play' | 'stopPlay'>,
  music: Uint8Array | undefined,
): Switchboard {
  let bridge: readonly [LegId, LegId] | undefined
  const playing = new Map<LegId, { readonly heard: Heard; readonly stop: () => void }>()
  const hear = (leg: LegId, heard: Heard) => {
    const audio = heard === 'music' ? music : ringbackTone
    const stop = audio === undefined ? () => {} : playOverAndOver(media, leg, audio)
    playing.set(leg, { heard, stop })
  }
  return {
    apply(wanted) {
      const isSame = bridge !== undefined && samePair(bridge, wanted.bridge)
      if (bridge !== undefined && !isSame) media.unbridge(bridge[0])
      for (const [leg, { heard, stop }] of playing) {
        if (wanted.hears.get(leg) === heard) continue
        playing.delete(leg)
        stop()
      }
      if (wanted.bridge !== undefined && !isSame) media.bridge(...wanted.bridge)
      if (!isSame) bridge = wanted.bridge
      for (const [leg, heard] of wanted.hears) if (!playing.has(leg)) hear(leg, heard)
    },
  }
}

function samePair(a: readonly [LegId, LegId], b: readonly [LegId, LegId] | undefined): boolean {
  return b !== undefined && a.every((leg) => b.includes(leg))
}

function playOverAndOver(
  media: Pick<CallMedia, 'play' | 'stopPlay'>,
  leg: LegId,
  audio: Uint8Array,
): () => void {
  let isOn = true
  const play = () => {
    void media.play(leg, audio).then((why) => {
      if (isOn && why === 'finished') play()
      else isOn = false
    })
  }
  play()
  return () => {
    if (isOn) media.stopPlay(leg)
    isOn = false
  }
}
