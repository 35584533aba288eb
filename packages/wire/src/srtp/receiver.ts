import { fixedHeaderBytes, rtpHeaderLength } from '@voxkeep/wire/rtp'
import type { SrtpCrypto } from './crypto.ts'
import { keysFor, masterKeys, type MasterKey } from './master-keys.ts'
import type { PacketCipher, RtpHeader, SrtpMaster } from './packet-cipher.ts'
import { replayWindow } from './replay-window.ts'
import { estimateIndex, firstIndices, type RolloverPolicy } from './rollover.ts'
import { sources, type Source, type Sources } from './sources.ts'
import type { SrtpSuite } from './suite.ts'

/**
 * Why a packet was dropped. `old` lies before the replay window; `mki` names no key of ours; `ssrc-limit` is one
 * synchronization source more than we follow; `lifetime` is a key used up.
 */
export type SrtpDrop = 'short' | 'malformed' | 'replay' | 'old' | 'auth' | 'mki' | 'ssrc-limit' | 'lifetime'

/** `packet` is the plaintext and aliases the datagram; `index` is the 48-bit SRTP or 31-bit SRTCP index. */
export type Opened = { ok: true; packet: Uint8Array; index: number } | { ok: false; reason: SrtpDrop }

/**
 * Opens the packets of one direction, in place: an opened datagram is overwritten with plaintext, a dropped one
 * is left as it came. Nothing the receiver remembers (rollover counter, replay window, SSRC slot) moves before a
 * packet authenticates, so no number of forged packets changes anything.
 */
export interface SrtpReceiver {
  openRtp(datagram: Uint8Array): Opened
  openRtcp(datagram: Uint8Array): Opened
  /** Highest RTP index of each SSRC that was ever heard, for the receiver that comes after. */
  positions(): ReadonlyMap<number, number>
}

export interface SrtpReceiverOptions {
  /** Packets per SSRC, at least 64. */
  readonly replayWindow?: number
  /** SSRCs followed at a time; of earlier ones only the highest index is kept. */
  readonly maxSsrcs?: number
  /** `positions` of the receiver under the peer's key before this one. */
  readonly before?: ReadonlyMap<number, number>
  /** What became of the rollover counters of `before`, and becomes of them from one MKI to the next. Default `auto`. */
  readonly rollover?: RolloverPolicy
}

const rtcpHeaderBytes = 8
const minReplayWindow = 64 // RFC 3711 §3.3.2
/** As many as the sources of one key. */
const maxPositions = 1_024
const none: Source = { ssrc: -1, replays: replayWindow(0), highest: -1 }

/** @throws SrtpError when the masters do not fit the suite. */
export function srtpReceiver(
  crypto: SrtpCrypto,
  suite: SrtpSuite,
  masters: readonly SrtpMaster[],
  options: SrtpReceiverOptions = {},
): SrtpReceiver {
  const windowPackets = Math.max(options.replayWindow ?? 1024, minReplayWindow)
  const newSources = () => sources(windowPackets, options.maxSsrcs ?? 8)
  return new Receiver(masterKeys(crypto, suite, masters, newSources), options)
}

class Receiver implements SrtpReceiver {
  readonly #keys: readonly [MasterKey, ...MasterKey[]]
  readonly #shape: PacketCipher
  readonly #before: ReadonlyMap<number, number>
  readonly #rollover: RolloverPolicy
  /** Of the datagram at hand. */
  readonly #header: RtpHeader = { bytes: 0, ssrc: 0, sequence: 0 }
  /** The source and key of the last packet: nearly always those of the next. */
  #current = none
  #currentKey: MasterKey
  /** Highest index of all, under any key. */
  #furthest: number

  constructor(keys: readonly [MasterKey, ...MasterKey[]], options: SrtpReceiverOptions) {
    this.#keys = keys
    this.#shape = keys[0].cipher
    this.#currentKey = keys[0]
    this.#before = options.before ?? new Map()
    this.#furthest = Math.max(-1, ...this.#before.values())
    this.#rollover = options.rollover ?? 'auto'
  }

  openRtp(datagram: Uint8Array): Opened {
    if (datagram.length < fixedHeaderBytes) return drop.short
    const headerBytes = rtpHeaderLength(datagram)
    if (headerBytes === undefined) return drop.malformed
    if (datagram.length < headerBytes + this.#shape.rtpOverheadBytes) return drop.short
    const header = this.#header
    header.bytes = headerBytes
    header.sequence = ((datagram[2] ?? 0) << 8) | (datagram[3] ?? 0)
    header.ssrc = readUint32(datagram, 8)
    const keys = keysFor(this.#keys, datagram, this.#shape.rtpMkiFromEnd)
    if (keys.length === 0) return drop.mki
    let worst: Opened = drop.auth
    for (const key of keys) {
      const opened = this.#openUnder(key, datagram)
      if (opened.ok) return opened
      if (opened !== drop.auth) worst = opened
    }
    return worst
  }

  openRtcp(datagram: Uint8Array): Opened {
    const shape = this.#shape
    if (datagram.length < rtcpHeaderBytes + shape.rtcpOverheadBytes) return drop.short
    if ((datagram[0] ?? 0) >>> 6 !== 2) return drop.malformed
    const ssrc = readUint32(datagram, 4)
    const word = readUint32(datagram, datagram.length - shape.rtcpIndexFromEnd)
    const keys = keysFor(this.#keys, datagram, shape.rtcpMkiFromEnd)
    if (keys.length === 0) return drop.mki
    let worst: Opened = drop.auth
    for (const key of keys) {
      const opened = openRtcpUnder(key, datagram, ssrc, word)
      if (opened.ok) return opened
      if (opened !== drop.auth) worst = opened
    }
    return worst
  }

  positions(): ReadonlyMap<number, number> {
    const all = new Map(this.#before)
    for (const key of this.#keys) {
      for (const [ssrc, highest] of key.rtp.positions()) {
        const most = Math.max(highest, all.get(ssrc) ?? -1)
        all.delete(ssrc) // so that the ones heard last stand last
        all.set(ssrc, most)
      }
    }
    for (const ssrc of all.keys()) {
      if (all.size <= maxPositions) break
      all.delete(ssrc)
    }
    return all
  }

  #openUnder(key: MasterKey, datagram: Uint8Array): Opened {
    if (key.rtpLeft <= 0) return drop.lifetime
    const { ssrc, sequence } = this.#header
    const isCurrent = ssrc === this.#current.ssrc && key === this.#currentKey
    const source = isCurrent ? this.#current : key.rtp.find(ssrc)
    if (source === undefined) return this.#openFirst(key, datagram)
    const index = estimateIndex(source.highest, sequence)
    const status = source.replays.status(index)
    if (status !== 'new') return drop[status]
    return this.#attempt(key, source, datagram, index) ?? drop.auth
  }

  #openFirst(key: MasterKey, datagram: Uint8Array): Opened {
    const { ssrc, sequence } = this.#header
    if (!key.rtp.admits(ssrc)) return drop['ssrc-limit']
    const floor = key.rtp.highest(ssrc)
    if (floor >= 0) {
      // It was here before under this key: it goes on from where it was, or not at all.
      const index = estimateIndex(floor, sequence)
      if (index <= floor) return drop.old
      return this.#attempt(key, undefined, datagram, index) ?? drop.auth
    }
    for (const index of firstIndices(this.#rollover, sequence, this.#highest(ssrc), this.#furthest)) {
      const opened = this.#attempt(key, undefined, datagram, index)
      if (opened !== undefined) return opened
    }
    return drop.auth
  }

  #highest(ssrc: number): number {
    const before = this.#before.get(ssrc) ?? -1
    return this.#keys.reduce((most, key) => Math.max(most, key.rtp.highest(ssrc)), before)
  }

  /** Tries one packet index; only what authenticates is remembered. */
  #attempt(
    key: MasterKey,
    known: Source | undefined,
    datagram: Uint8Array,
    index: number,
  ): Opened | undefined {
    const length = key.cipher.openRtp(datagram, this.#header, Math.floor(index / 0x10000))
    if (length < 0) return undefined
    key.rtpLeft -= 1
    if (index > this.#furthest) this.#furthest = index
    this.#current = remember(key.rtp, known, this.#header.ssrc, index)
    this.#currentKey = key
    return { ok: true, packet: datagram.subarray(0, length), index }
  }
}

function openRtcpUnder(key: MasterKey, datagram: Uint8Array, ssrc: number, word: number): Opened {
  if (key.rtcpLeft <= 0) return drop.lifetime
  const index = word & 0x7fffffff
  const source = key.rtcp.find(ssrc)
  if (source === undefined && !key.rtcp.admits(ssrc)) return drop['ssrc-limit']
  if (source === undefined && index <= key.rtcp.highest(ssrc)) return drop.old
  const status = source?.replays.status(index) ?? 'new'
  if (status !== 'new') return drop[status]
  const length = key.cipher.openRtcp(datagram, ssrc, index, word >>> 31 === 1)
  if (length < 0) return drop.auth
  key.rtcpLeft -= 1
  remember(key.rtcp, source, ssrc, index)
  return { ok: true, packet: datagram.subarray(0, length), index }
}

/** Remembers an authentic packet; the first of an SSRC takes a slot. */
function remember(known: Sources, source: Source | undefined, ssrc: number, index: number): Source {
  const of = source ?? known.add(ssrc, index)
  of.replays.accept(index)
  if (index > of.highest) of.highest = index
  return of
}

// One frozen object a reason: a flood of bad packets allocates nothing.
const drop = Object.fromEntries(
  (['short', 'malformed', 'replay', 'old', 'auth', 'mki', 'ssrc-limit', 'lifetime'] as const).map(
    (reason) => [reason, Object.freeze({ ok: false, reason })],
  ),
) as Readonly<Record<SrtpDrop, { ok: false; reason: SrtpDrop }>>

function readUint32(bytes: Uint8Array, at: number): number {
  const word =
    ((bytes[at] ?? 0) << 24) |
    ((bytes[at + 1] ?? 0) << 16) |
    ((bytes[at + 2] ?? 0) << 8) |
    (bytes[at + 3] ?? 0)
  return word >>> 0
}
