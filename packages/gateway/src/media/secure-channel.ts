import { classify } from '@voxkeep/wire/rtp'
import type { NegotiatedAudio } from '@voxkeep/wire/sdp'
import type { SrtpCrypto } from '@voxkeep/wire/srtp'
import type { Rollover, SrtpPositions } from './contract.ts'
import { readPacketHeader, type PacketHeader } from './caller-input.ts'
import { remoteAddress, type RemoteAddress } from './remote-address.ts'
import type { OwnEvent, RelayedPacket, RtpSender } from './rtp-sender.ts'
import { srtpContexts, type SrtpContexts } from './srtp-contexts.ts'
import type { UdpHandlers, UdpPair } from './udp-pair.ts'

export interface ChannelHandlers {
  /** One authentic RTP packet; both arguments are borrowed. */
  rtp(packet: Uint8Array, header: PacketHeader): void
  /** One authentic compound RTCP packet, borrowed. */
  rtcp(compound: Uint8Array): void
  /** A packet came under a key of the peer's whose lifetime is over. */
  peerKeyUsedUp(): void
  /** The sockets are gone. */
  broken(): void
}

/** Room beyond an RTCP packet for index word, tag and the longest MKI. */
const rtcpOverheadBytes = 4 + 16 + 128

/**
 * A leg's sockets behind its SRTP: what comes out of here is authentic, and where packets go is learned from
 * authentic packets alone. Everything else is counted by reason and forgotten, with no log line and no memory.
 */
export class SecureChannel implements UdpHandlers {
  readonly dropped: Record<string, number> = {}
  packetsIn = 0
  packetsOut = 0
  /** How often the caller was followed to another address. */
  moves = 0
  readonly #handlers: ChannelHandlers
  readonly #contexts: SrtpContexts
  readonly #header: PacketHeader = { sequence: 0, timestamp: 0, ssrc: 0 }
  readonly #newest = { ssrc: -1, index: -1 }
  #udp: UdpPair | undefined
  #remote: RemoteAddress | undefined
  #remoteRtcp = { address: '', port: 0 }
  #rtcpMux = false
  #sdp: { readonly address: string; readonly port: number } | undefined
  #sends = false
  #receives = false

  constructor(crypto: SrtpCrypto, nowMs: () => number, handlers: ChannelHandlers) {
    this.#contexts = srtpContexts(crypto, nowMs)
    this.#handlers = handlers
  }

  bind(udp: UdpPair): void {
    this.#udp = udp
  }

  /** Takes what SDP agreed; contexts whose keys stayed the same go on. */
  connect(
    { remote, srtp, direction }: NegotiatedAudio,
    rollover: Rollover = 'auto',
    before?: SrtpPositions,
  ): { readonly newSendKey: boolean } {
    if (this.#sdp?.address !== remote.address || this.#sdp.port !== remote.port) this.#retarget(remote)
    this.#sdp = remote
    this.#rtcpMux = remote.rtcpMux
    const reachable = remote.port !== 0 && remote.address !== '0.0.0.0' && remote.address !== '::'
    this.#sends = reachable && (direction === 'sendrecv' || direction === 'sendonly')
    this.#receives = direction === 'sendrecv' || direction === 'recvonly'
    return this.#contexts.update(srtp, rollover, before)
  }

  /** Whether packets go out at all: not before `connect`, and not on hold. */
  get sends(): boolean {
    return this.#sends
  }

  /** How far the peer has come under its key. */
  get positions(): SrtpPositions {
    return this.#contexts.positions
  }

  /** The least that is left of a key's lifetime, 0 to 1. */
  get keyLeft(): number {
    return this.#contexts.left
  }

  /** Sends what the sender's frame completes, `isWide` with its companion; false when the key is used up. */
  sendFrame(rtp: RtpSender, isWide = false): boolean {
    rtp.load(isWide)
    for (let datagram = this.#seal(rtp); datagram !== undefined; datagram = this.#seal(rtp)) {
      if (this.#remote === undefined) break
      this.packetsOut += 1
      this.#udp?.sendRtp(datagram, this.#remote.port, this.#remote.address)
    }
    return !rtp.usedUp
  }

  /** Sends a packet of the bridge under this leg's own numbers and key; false when the key is used up. */
  relay(packet: RelayedPacket, rtp: RtpSender): boolean {
    if (!this.#sends || this.#remote === undefined) return true
    const datagram = rtp.relay(packet, this.#contexts.sender)
    if (datagram === undefined) return !rtp.usedUp
    this.packetsOut += 1
    this.#udp?.sendRtp(datagram, this.#remote.port, this.#remote.address)
    return true
  }

  /** Sends a packet of an event of ours; false when the key is used up. */
  sendEvent(event: OwnEvent, rtp: RtpSender): boolean {
    if (!this.#sends || this.#remote === undefined) return true
    const datagram = rtp.event(event, this.#contexts.sender)
    if (datagram === undefined) return !rtp.usedUp
    this.packetsOut += 1
    this.#udp?.sendRtp(datagram, this.#remote.port, this.#remote.address)
    return true
  }

  sendRtcp(compound: Uint8Array): void {
    if (!this.#sends || this.#remote === undefined) return
    const { sender } = this.#contexts
    const room = new Uint8Array(compound.length + rtcpOverheadBytes)
    const datagram = sender === undefined ? compound : sender.sealRtcp(compound, room)
    if (datagram === undefined) return
    if (this.#rtcpMux) this.#udp?.sendRtp(datagram, this.#remote.port, this.#remote.address)
    // RFC 3605: a peer without RTCP may say so with port 0.
    else if (this.#remoteRtcp.port !== 0) {
      this.#udp?.sendRtcp(datagram, this.#remoteRtcp.port, this.#remoteRtcp.address)
    }
  }

  rtp(datagram: Uint8Array, address: string, port: number): void {
    const kind = classify(datagram)
    if (kind === 'rtcp') return void this.#openRtcp(datagram, address)
    if (kind !== 'rtp') return this.#drop('not-rtp')
    if (this.#remote === undefined) return this.#drop('not-connected')
    if (!this.#contexts.opens) {
      if (address !== this.#remote.address) return this.#drop('foreign-source')
      return this.#accept(datagram, -1, address, port)
    }
    const opened = this.#contexts.openRtp(datagram)
    if (!opened.ok) return this.#drop(opened.reason)
    // The key before this one may have been another peer's: what comes under it late tells nothing of where to send.
    this.#accept(opened.packet, this.#contexts.isLate ? -1 : opened.index, address, port)
  }

  rtcp(datagram: Uint8Array, address: string, port: number): void {
    if (!this.#openRtcp(datagram, address)) return
    this.#remoteRtcp.address = address
    this.#remoteRtcp.port = port
  }

  failed(): void {
    this.#handlers.broken()
  }

  close(): void {
    this.#sends = false
    this.#remote = undefined
    this.#udp?.close()
  }

  #seal(rtp: RtpSender): Uint8Array | undefined {
    return rtp.seal(this.#contexts.sender)
  }

  #retarget(remote: NegotiatedAudio['remote']): void {
    if (this.#remote === undefined) this.#remote = remoteAddress(remote.address, remote.port)
    else this.#remote.retarget(remote.address, remote.port)
    this.#remoteRtcp = { address: remote.address, port: remote.rtcpPort }
  }

  #accept(packet: Uint8Array, index: number, address: string, port: number): void {
    const header = this.#header
    readPacketHeader(packet, header)
    this.packetsIn += 1
    // Without SRTP (an index of −1) nothing proves who sent a packet: then the address of the SDP stands.
    if (index >= 0 && (header.ssrc !== this.#newest.ssrc || index > this.#newest.index)) {
      this.#newest.ssrc = header.ssrc
      this.#newest.index = index
      if (this.#remote?.learn(address, port) === true) this.moves += 1
    }
    if (this.#receives) this.#handlers.rtp(packet, header)
    else this.#drop('on-hold')
  }

  /** True when the packet proves where its sender is. */
  #openRtcp(datagram: Uint8Array, address: string): boolean {
    const drop = (reason: string) => {
      this.#drop(reason)
      return false
    }
    if (this.#remote === undefined) return drop('not-connected')
    if (!this.#contexts.opens) {
      if (address !== this.#remote.address) return drop('foreign-source')
      this.#handlers.rtcp(datagram)
      return false // nothing proves that the port is the peer's
    }
    const opened = this.#contexts.openRtcp(datagram)
    if (!opened.ok) return drop(opened.reason)
    this.#handlers.rtcp(opened.packet)
    return !this.#contexts.isLate
  }

  #drop(reason: string): void {
    if (reason === 'lifetime') this.#handlers.peerKeyUsedUp()
    this.dropped[reason] = (this.dropped[reason] ?? 0) + 1
  }
}
