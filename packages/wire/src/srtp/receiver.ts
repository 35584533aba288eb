import { fixedHeaderBytes, rtpHeaderLength } from '@voxkeep/wire/rtp'
import type { SrtpCrypto } from './crypto.ts'
import { keysFor, masterKeys, type MasterKey } from './master-keys.ts'
import type { PacketCipher, RtpHeader, SrtpMaster } from './packet-cipher.ts'
import { replayWindow, type ReplayWindow } from './replay-window.ts'
import { estimateIndex, rolloverCandidates } from './rollover.ts'
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
  /**
   * Frees all SSRC slots, for a peer that moved to another endpoint under the same key. The next packet of an
   * unknown SSRC is tried with the highest rollover counter so far, with 0, and with the neighbours of the former.
   * Packets from before are no longer known for replays.
   */
  forget(): void
}

export interface SrtpReceiverOptions {
  /** Packets per SSRC, at least 64. */
  readonly replayWindow?: number
  /** SSRCs followed at a time. An authentic one more is refused: evicting a slot would readmit its replays. */
  readonly maxSsrcs?: number
  /** The rollover counter to try first for an SSRC not seen yet, kept from before a re-key: RFC 3711 §3.3.1. */
  readonly initialRoc?: number
}

interface Stream {
  readonly ssrc: number
  readonly replays: ReplayWindow
  highest: number
}

const rtcpHeaderBytes = 8
const minReplayWindow = 64 // RFC 3711 §3.3.2
const none: Stream = { ssrc: -1, replays: replayWindow(0), highest: -1 }

/** @throws SrtpError when the masters do not fit the suite. */
export function srtpReceiver(
  crypto: SrtpCrypto,
  suite: SrtpSuite,
  masters: readonly SrtpMaster[],
  options: SrtpReceiverOptions = {},
): SrtpReceiver {
  return new Receiver(masterKeys(crypto, suite, masters), options)
}

class Receiver implements SrtpReceiver {
  readonly #keys: readonly [MasterKey, ...MasterKey[]]
  readonly #shape: PacketCipher
  readonly #windowPackets: number
  readonly #maxSsrcs: number
  readonly #rtp = new Map<number, Stream>()
  readonly #rtcp = new Map<number, Stream>()
  /** Of the datagram at hand. */
  readonly #header: RtpHeader = { bytes: 0, ssrc: 0, sequence: 0 }
  /** The stream of the last packet: nearly always that of the next. */
  #current = none
  #keptRoc: number

  constructor(keys: readonly [MasterKey, ...MasterKey[]], options: SrtpReceiverOptions) {
    this.#keys = keys
    this.#shape = keys[0].cipher
    this.#windowPackets = Math.max(options.replayWindow ?? 1024, minReplayWindow)
    this.#maxSsrcs = options.maxSsrcs ?? 8
    this.#keptRoc = options.initialRoc ?? 0
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
    const stream = header.ssrc === this.#current.ssrc ? this.#current : this.#rtp.get(header.ssrc)
    return stream === undefined ? this.#openFirst(datagram, keys) : this.#openNext(stream, datagram, keys)
  }

  openRtcp(datagram: Uint8Array): Opened {
    const shape = this.#shape
    if (datagram.length < rtcpHeaderBytes + shape.rtcpOverheadBytes) return drop.short
    if ((datagram[0] ?? 0) >>> 6 !== 2) return drop.malformed
    const ssrc = readUint32(datagram, 4)
    const word = readUint32(datagram, datagram.length - shape.rtcpIndexFromEnd)
    const index = word & 0x7fffffff
    const stream = this.#rtcp.get(ssrc)
    if (stream === undefined && this.#rtcp.size >= this.#maxSsrcs) return drop['ssrc-limit']
    const status = stream?.replays.status(index) ?? 'new'
    if (status !== 'new') return drop[status]
    const keys = keysFor(this.#keys, datagram, shape.rtcpMkiFromEnd)
    if (keys.length === 0) return drop.mki
    for (const key of keys) {
      if (key.rtcpLeft <= 0) continue
      const length = key.cipher.openRtcp(datagram, ssrc, index, word >>> 31 === 1)
      if (length < 0) continue
      key.rtcpLeft -= 1
      this.#accept(this.#rtcp, stream, index, ssrc)
      return { ok: true, packet: datagram.subarray(0, length), index }
    }
    return keys.every((key) => key.rtcpLeft <= 0) ? drop.lifetime : drop.auth
  }

  forget(): void {
    for (const { highest } of this.#rtp.values()) {
      this.#keptRoc = Math.max(this.#keptRoc, Math.floor(highest / 0x10000))
    }
    this.#rtp.clear()
    this.#rtcp.clear()
    this.#current = none
  }

  #openFirst(datagram: Uint8Array, keys: readonly MasterKey[]): Opened {
    if (this.#rtp.size >= this.#maxSsrcs) return drop['ssrc-limit']
    const { sequence } = this.#header
    for (const roc of rolloverCandidates(this.#keptRoc, sequence)) {
      const opened = this.#attempt(undefined, datagram, roc * 0x10000 + sequence, keys)
      if (opened !== undefined) return opened
    }
    return failure(keys)
  }

  #openNext(stream: Stream, datagram: Uint8Array, keys: readonly MasterKey[]): Opened {
    const index = estimateIndex(stream.highest, this.#header.sequence)
    const status = stream.replays.status(index)
    if (status !== 'new') return drop[status]
    return this.#attempt(stream, datagram, index, keys) ?? failure(keys)
  }

  /** Tries one packet index under each key that the datagram may be sealed with. */
  #attempt(
    stream: Stream | undefined,
    datagram: Uint8Array,
    index: number,
    keys: readonly MasterKey[],
  ): Opened | undefined {
    const roc = Math.floor(index / 0x10000)
    for (const key of keys) {
      if (key.rtpLeft <= 0) continue
      const length = key.cipher.openRtp(datagram, this.#header, roc)
      if (length < 0) continue
      key.rtpLeft -= 1
      this.#current = this.#accept(this.#rtp, stream, index, this.#header.ssrc)
      return { ok: true, packet: datagram.subarray(0, length), index }
    }
    return undefined
  }

  /** Remembers an authentic packet; the first of an SSRC takes a slot. */
  #accept(streams: Map<number, Stream>, known: Stream | undefined, index: number, ssrc: number): Stream {
    const stream = known ?? { ssrc, replays: replayWindow(this.#windowPackets), highest: index }
    if (known === undefined) streams.set(ssrc, stream)
    stream.replays.accept(index)
    stream.highest = Math.max(stream.highest, index)
    return stream
  }
}

function failure(keys: readonly MasterKey[]): Opened {
  return keys.every((key) => key.rtpLeft <= 0) ? drop.lifetime : drop.auth
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
