import { setTimeout as later } from 'node:timers'

/** What happens to packets on their way. Every share is 0 to 1. */
export interface Impairment {
  /** Lost one by one, at random. */
  readonly loss?: number
  /** Lost in bursts (Gilbert-Elliott): how often a burst begins, and how often one ends, at each packet. */
  readonly burst?: { readonly begins: number; readonly ends: number }
  /** The way takes up to so much longer, at random, and packets keep their order. */
  readonly jitterMs?: number
  /** Sent after their successor. */
  readonly reorder?: number
  /** Sent twice. */
  readonly duplicate?: number
}

/** A network between a phone and the gateway that treats packets badly: the same way each time, for the same seed. */
export interface BadNetwork {
  send(datagram: Uint8Array, send: (datagram: Uint8Array) => void): void
  /** Packets that never left, by their number from 0 on. */
  readonly lost: readonly number[]
  /** How many came, lost or not. */
  readonly packets: number
}

/** A generator of its own (xorshift): a test that fails fails again. */
export function dice(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

export function badNetwork(
  impairment: Impairment,
  seed: number,
  nowMs = () => performance.now(),
): BadNetwork {
  const chance = dice(seed)
  const { loss = 0, burst, jitterMs = 0, reorder = 0, duplicate = 0 } = impairment
  let inBurst = false
  const lost: number[] = []
  let packets = 0
  let lastAtMs = 0
  let held: (() => void) | undefined

  function isLost(): boolean {
    if (burst !== undefined) inBurst = inBurst ? chance() >= burst.ends : chance() < burst.begins
    return inBurst || chance() < loss
  }

  /** Lets a packet go after its time on the way, never before one that went earlier. */
  function deliver(go: () => void): void {
    if (jitterMs === 0) return go()
    lastAtMs = Math.max(lastAtMs, nowMs() + jitterMs * chance())
    later(go, lastAtMs - nowMs())
  }

  return {
    send(datagram, send) {
      const number = packets++
      if (isLost()) return void lost.push(number)
      const copies = chance() < duplicate ? 2 : 1
      const go = () => {
        for (let i = 0; i < copies; i += 1) send(datagram.slice())
      }
      const before = held
      held = undefined
      if (before === undefined && chance() < reorder) {
        held = go
        return
      }
      deliver(go)
      if (before !== undefined) deliver(before)
    },
    lost,
    get packets() {
      return packets
    },
  }
}
