import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock, Random } from '#kernel'

export type Redeemed = 'ok' | 'expired' | 'replayed' | 'forged'

export interface NonceStore {
  /** A nonce that only `source` can redeem. Costs no memory until then. */
  issue(source: string): string
  /** Whether `nonce` is ours, alive, and `count` was not used before. Takes the count. */
  redeem(nonce: string, count: number, source: string): Redeemed
  readonly tracked: number
}

interface Used {
  readonly issuedMs: number
  highestCount: number
}

const timeBytes = 6
const saltBytes = 10
const macBytes = 16

/**
 * Digest nonces (RFC 7616 §3.3): time, chance, and an HMAC over both and the source, so that handing one out costs
 * nothing and nobody can make one. Those that were redeemed are remembered until they expire, at most `maxTracked`; when
 * one is forgotten earlier, every nonce as old as it counts as expired, so a flood can make a client ask again, never replay.
 */
export function nonceStore(options: {
  clock: Pick<Clock, 'now'>
  random: Random
  lifetimeMs: number
  maxTracked?: number
}): NonceStore {
  const { clock, random, lifetimeMs, maxTracked = 10_000 } = options
  const key = random.bytes(32)
  const used = new Map<string, Used>()
  let forgottenUpToMs = 0
  const macOf = (head: Uint8Array, source: string) =>
    createHmac('sha256', key).update(head).update(source).digest().subarray(0, macBytes)

  const forget = () => {
    for (const [nonce, { issuedMs }] of used) {
      const expired = clock.now() - issuedMs > lifetimeMs
      if (!expired && used.size < maxTracked) return
      used.delete(nonce)
      if (!expired) forgottenUpToMs = Math.max(forgottenUpToMs, issuedMs)
    }
  }

  return {
    get tracked() {
      return used.size
    },
    issue(source) {
      const head = Buffer.alloc(timeBytes + saltBytes)
      head.writeUIntBE(clock.now(), 0, timeBytes)
      head.set(random.bytes(saltBytes), timeBytes)
      return Buffer.concat([head, macOf(head, source)]).toString('base64url')
    },
    redeem(nonce, count, source) {
      const bytes = Buffer.from(nonce, 'base64url')
      if (bytes.length !== timeBytes + saltBytes + macBytes || bytes.toString('base64url') !== nonce)
        return 'forged'
      const head = bytes.subarray(0, timeBytes + saltBytes)
      if (!timingSafeEqual(bytes.subarray(head.length), macOf(head, source))) return 'forged'
      const issuedMs = head.readUIntBE(0, timeBytes)
      if (clock.now() - issuedMs > lifetimeMs) return 'expired'
      const known = used.get(nonce)
      if (known === undefined && issuedMs <= forgottenUpToMs) return 'expired'
      if (count <= (known?.highestCount ?? 0)) return 'replayed'
      if (known) known.highestCount = count
      else {
        forget()
        used.set(nonce, { issuedMs, highestCount: count })
      }
      return 'ok'
    },
  }
}
