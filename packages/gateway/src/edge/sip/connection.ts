import type { TLSSocket } from 'node:tls'
import { serializeSip, sipStream, type SipMessage, type SipStreamItem } from '@voxkeep/wire/sip'
import type { Flow } from '@voxkeep/wire/transaction'
import type { Clock, Config, TrunkId } from '#kernel'
import type { Credentials } from './credentials.ts'
import { peerIdentity, plainAddress, tlsFacts, type TlsFacts } from './peer-security.ts'
import type { PeerIdentity, Trunk } from './trunk.ts'
import { watchdog, type Watchdog } from './watchdog.ts'

export type Count = (name: string, labels?: Readonly<Record<string, string>>) => void
export type SipLimitsConfig = Config['sip']['limits']

/** The listener that a connection belongs to: what we show of ourselves on it. */
export interface Home {
  readonly port: number
  readonly minVersion: Config['sip']['listen'][number]['minVersion']
  readonly credentials: () => Credentials
}

export interface ConnectionDeps {
  readonly id: string
  readonly home: Home
  readonly clock: Clock
  readonly limits: SipLimitsConfig
  readonly count: Count
  readonly candidates: (peer: PeerIdentity) => readonly Trunk[]
  readonly handlers: ConnectionHandlers
}

export interface ConnectionHandlers {
  message(connection: SipConnection, message: SipMessage): void
  /** Something that is no message; `answer` is what can be said about it, if anything can. */
  invalid(connection: SipConnection, answer: { status: number; message: SipMessage } | undefined): void
  /** A source that is no trunk sent more than it may. */
  stranger(connection: SipConnection): void
  closed(connection: SipConnection): void
  /** Whether calls still need this connection, so that quiet is no reason to close it. */
  inUse(connection: SipConnection): boolean
}

const maxUnsentBytes = 1024 * 1024 // thousands of responses; a peer that leaves more unread is not listening
const keepAliveMs = 60_000 // finds out about peers that vanished without a word
const pong = '\r\n' // RFC 5626 §3.5.1

/** One TLS connection that carries SIP, whoever opened it. Takes over a socket whose handshake is done. */
export class SipConnection implements Flow {
  readonly id: string
  readonly reliable = true
  readonly home: Home
  readonly peer: PeerIdentity
  readonly peerPort: number
  readonly localAddress: string
  readonly tls: TlsFacts
  /** The trunks that this peer may speak for; none: a stranger. */
  readonly candidates: readonly Trunk[]
  /** Trunks whose digest was given on this connection. */
  readonly proven = new Set<TrunkId>()
  readonly #socket: TLSSocket
  readonly #deps: ConnectionDeps
  readonly #stream = sipStream()
  readonly #watchdog: Watchdog
  #strangerItems = 0

  constructor(socket: TLSSocket, deps: ConnectionDeps) {
    this.id = deps.id
    this.home = deps.home
    this.peer = peerIdentity(socket)
    this.peerPort = socket.remotePort ?? 0
    this.localAddress = plainAddress(socket.localAddress ?? '')
    this.tls = tlsFacts(socket)
    this.candidates = deps.candidates(this.peer)
    this.#socket = socket
    this.#deps = deps
    const { limits, clock, handlers } = deps
    this.#watchdog = watchdog(clock, limits.messageTimeoutMs, {
      isNeeded: () => handlers.inUse(this),
      // Who has not shown who it is has no business that takes long.
      idleMs: () => (this.isTrusted ? limits.idleTimeoutMs : limits.messageTimeoutMs),
      expire: (why) => this.#drop(why),
    })
    socket.setKeepAlive(true, keepAliveMs)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#received(chunk))
    socket.on('error', () => deps.count('connection_errors'))
    socket.on('close', () => {
      this.#watchdog.stop()
      handlers.closed(this)
    })
  }

  get isOpen(): boolean {
    return this.#socket.writable
  }

  /** Whether the connection has shown all that the trunk asks for. */
  mayUse(trunk: Trunk): boolean {
    return this.candidates.includes(trunk) && (trunk.digest === undefined || this.proven.has(trunk.id))
  }

  /** Whether the connection has shown all that some trunk asks for. */
  get isTrusted(): boolean {
    return this.candidates.some((trunk) => this.mayUse(trunk))
  }

  /** False when the connection is gone. A peer that does not read loses its connection, not our memory. */
  send(message: SipMessage): boolean {
    return this.#write(serializeSip(message))
  }

  /** Closes once what was sent is out. */
  close(): void {
    this.#socket.destroySoon()
  }

  #write(data: Uint8Array | string): boolean {
    if (!this.#socket.writable) return false
    if (this.#socket.writableLength > maxUnsentBytes) this.#drop('unread')
    else this.#socket.write(data)
    return this.#socket.writable
  }

  #drop(why: string): void {
    this.#deps.count('connections_dropped', { why })
    this.#socket.destroy()
  }

  #received(chunk: Buffer): void {
    const items = this.#stream.push(chunk)
    this.#watchdog.received(items.length > 0, this.#stream.bufferedBytes > 0)
    for (const item of items) {
      if (!this.#socket.writable) return
      if (this.candidates.length === 0) this.#strange(item)
      else this.#take(item)
    }
  }

  /** A stranger learns nothing, not even that there is SIP here. */
  #strange(item: SipStreamItem): void {
    this.#strangerItems += 1
    this.#deps.count('stranger_messages')
    const { strangerMessages } = this.#deps.limits
    if (this.#strangerItems <= strangerMessages && item.kind !== 'invalid') return
    this.#drop('stranger')
    this.#deps.handlers.stranger(this)
  }

  #take(item: SipStreamItem): void {
    const { handlers } = this.#deps
    switch (item.kind) {
      case 'message':
        return handlers.message(this, item.message)
      case 'ping':
        return void this.#write(pong)
      case 'pong':
        return
      case 'invalid': {
        const { status, message, fatal } = item
        handlers.invalid(this, status !== undefined && message ? { status, message } : undefined)
        if (fatal) this.close()
      }
    }
  }
}
