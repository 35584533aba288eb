import type { TLSSocket } from 'node:tls'
import { serializeSip, sipStream, type SipMessage, type SipStreamItem } from '@voxkeep/wire/sip'
import type { Flow } from '@voxkeep/wire/transaction'
import type { Clock, Config, TrunkId } from '#kernel'
import { byteBrake, type ByteBrake } from '#shield'
import type { Credentials } from './credentials.ts'
import { keepAlive, type KeepAlive } from './keep-alive.ts'
import { peerIdentity, plainAddress, tlsFacts, type TlsFacts } from './peer-security.ts'
import type { PeerIdentity, Trunk } from './trunk.ts'
import { watchdog, type Watchdog } from './watchdog.ts'

export type Count = (name: string, labels?: Readonly<Record<string, string>>) => void
export type SipLimitsConfig = Config['sip']['limits']

/** The listener that a connection belongs to: what we show of ourselves on it. */
export interface Home {
  readonly port: number
  readonly minVersion: Config['sip']['listen'][number]['minVersion']
  readonly ocsp: Config['sip']['listen'][number]['ocsp']
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
  /** Where it was we who opened the connection. */
  readonly opened?: Opened
}

export interface Opened {
  /** Whom we meant to reach, and verified. */
  readonly trunk: Trunk
  /** Between pings; undefined: none are sent. */
  readonly keepAliveMs: number | undefined
  /** In [0, 1). */
  readonly chance: () => number
}

export interface ConnectionHandlers {
  message(connection: SipConnection, message: SipMessage): void
  /** Something that is no message; `answer` is what can be said about it, if anything can. */
  invalid(connection: SipConnection, answer: { status: number; message: SipMessage } | undefined): void
  /** A source that is no trunk sent more than it may. */
  stranger(connection: SipConnection): void
  /** Whether what a source that is no trunk sent is a known scanner's; it was dealt with then. */
  catches(connection: SipConnection, message: SipMessage): boolean
  closed(connection: SipConnection): void
  /** Whether calls still need this connection, so that quiet is no reason to close it. */
  inUse(connection: SipConnection): boolean
}

/** Read from a peer before it has shown who it is: a phone says some kilobytes, and a sender of more is made to wait. */
const unprovenBytes = { perSecond: 64 * 1024, burst: 256 * 1024 }
const maxUnsentBytes = 1024 * 1024 // thousands of responses; a peer that leaves more unread is not listening
const tcpKeepAliveMs = 60_000 // finds out about peers that vanished without a word
/** RFC 5626 §3.5.1. Both halves in one write, for some peers count a single CRLF as nothing at all. */
const ping = '\r\n\r\n'
const pong = '\r\n'

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
  readonly isOpenedByUs: boolean
  /** The port at which the peer says (RFC 5923 `alias`) that this connection stands for a new one. */
  aliasPort: number | undefined
  readonly #vouched = new Set<Trunk>()
  readonly #keepAlive: KeepAlive | undefined
  readonly #socket: TLSSocket
  readonly #deps: ConnectionDeps
  readonly #stream = sipStream()
  readonly #watchdog: Watchdog
  readonly #brake: ByteBrake
  #cancelResume: (() => void) | undefined
  #isPonged = false
  #strangerItems = 0
  #heardMs: number

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
    const { limits, clock, handlers, opened } = deps
    this.#heardMs = clock.monotonicMs()
    this.#brake = byteBrake(unprovenBytes, clock)
    this.isOpenedByUs = opened !== undefined
    if (opened) this.vouchFor(opened.trunk)
    this.#keepAlive = opened && this.#keepAlives(opened)
    this.#watchdog = watchdog(clock, limits.messageTimeoutMs, {
      isNeeded: () => handlers.inUse(this),
      // Who has not shown who it is has no business that takes long.
      idleMs: () => (this.isTrusted ? limits.idleTimeoutMs : limits.messageTimeoutMs),
      expire: (why) => this.#drop(why),
    })
    socket.setKeepAlive(true, tcpKeepAliveMs)
    socket.setNoDelay(true)
    socket.on('data', (chunk: Buffer) => this.#received(chunk))
    socket.on('error', () => deps.count('connection_errors'))
    socket.on('close', () => {
      this.#watchdog.stop()
      this.#cancelResume?.()
      this.#keepAlive?.stop()
      handlers.closed(this)
    })
  }

  /** When the peer was last heard, by the monotonic clock. */
  get heardMs(): number {
    return this.#heardMs
  }

  get isOpen(): boolean {
    return this.#socket.writable
  }

  /** The peer was verified to be whom we dial for this trunk: what belongs to our calls through it may come from there. */
  vouchFor(trunk: Trunk): void {
    this.#vouched.add(trunk)
  }

  /** The trunks that we dialled this peer for, and verified it. */
  get vouched(): ReadonlySet<Trunk> {
    return this.#vouched
  }

  /** Whether the connection has shown all that the trunk asks for, or is one that we opened to it. */
  mayUse(trunk: Trunk): boolean {
    if (this.#vouched.has(trunk)) return true
    return this.candidates.includes(trunk) && (trunk.digest === undefined || this.proven.has(trunk.id))
  }

  /** Whether the connection has shown all that some trunk asks for. */
  get isTrusted(): boolean {
    return this.#vouched.size > 0 || this.candidates.some((trunk) => this.mayUse(trunk))
  }

  /** False when the connection is gone. A peer that does not read loses its connection, not our memory. */
  send(message: SipMessage): boolean {
    return this.#write(serializeSip(message))
  }

  /** Closes once what was sent is out. */
  close(): void {
    this.#socket.destroySoon()
  }

  /** Another connection took this one's place: no more pings, so that quiet closes it once no call needs it. */
  retire(): void {
    this.#keepAlive?.stop()
  }

  /** Closes at once: whatever is unsent would not arrive. */
  abandon(why: 'unanswered'): void {
    this.#drop(why)
  }

  #write(data: Uint8Array | string): boolean {
    if (!this.#socket.writable) return false
    if (this.#socket.writableLength > maxUnsentBytes) this.#drop('unread')
    else this.#socket.write(data)
    return this.#socket.writable
  }

  /** One for all pings that came at once: sixteen thousand fit into one read. */
  #pong(): void {
    if (!this.#isPonged) this.#write(pong)
    this.#isPonged = true
  }

  #drop(why: string): void {
    this.#deps.count('connections_dropped', { why })
    this.#socket.destroy()
  }

  #keepAlives({ keepAliveMs, chance }: Opened): KeepAlive | undefined {
    if (keepAliveMs === undefined) return undefined
    return keepAlive(this.#deps.clock, keepAliveMs, {
      chance,
      ping: () => void this.#write(ping),
      dead: () => this.#drop('no-pong'),
    })
  }

  #received(chunk: Buffer): void {
    this.#heardMs = this.#deps.clock.monotonicMs()
    this.#isPonged = false
    if (!this.isTrusted) this.#slowDown(chunk.length)
    const items = this.#stream.push(chunk)
    this.#watchdog.received(items.length > 0, this.#stream.bufferedBytes > 0)
    for (const item of items) {
      if (!this.#socket.writable) return
      this.#keepAlive?.received(item.kind === 'pong')
      if (this.candidates.length === 0 && this.#vouched.size === 0) this.#strange(item)
      else this.#take(item)
    }
  }

  /** Who has not shown who it is has nothing to say that takes many bytes. */
  #slowDown(bytes: number): void {
    const pauseMs = this.#brake.take(bytes)
    if (pauseMs === 0) return
    this.#socket.pause()
    this.#cancelResume?.()
    this.#cancelResume = this.#deps.clock.set(pauseMs, () => void this.#socket.resume())
  }

  /** A stranger learns nothing, not even that there is SIP here. */
  #strange(item: SipStreamItem): void {
    this.#strangerItems += 1
    this.#deps.count('stranger_messages')
    if (item.kind === 'message' && this.#deps.handlers.catches(this, item.message)) return
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
        return this.#pong()
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
