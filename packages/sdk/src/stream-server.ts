import type { CallCommand, StreamOptions } from './commands.ts'
import type { Conversation } from './conversation.ts'
import { LiveConversation, type StreamLink } from './conversation-live.ts'
import type { HeaderSource } from './header-value.ts'
import { headerValue } from './header-value.ts'
import { printError } from './print-error.ts'
import { checkSignature, type SignatureFault, type VerifyOptions } from './signature.ts'
import { systemStreamClock, type StreamClock } from './stream-clock.ts'
import { messageOf, type StreamSocket } from './stream-socket.ts'
import { newStreamToken, streamTokens, type StreamTokens } from './stream-tokens.ts'
import { mediaProtocol, mediaWire } from './stream-wire-media.ts'
import { tokenParameter, twilioWire } from './stream-wire-twilio.ts'
import type { AppWire, FromGateway } from './stream-wire.ts'

export interface StreamServerOptions extends VerifyOptions {
  /** The whole `wss:` address of this server, as the gateway dials it: what the upgrade's signature covers. */
  readonly url: string
  /** The `whsec_…` secrets that the gateway signs with. */
  readonly secrets: string | readonly string[]
  /** Runs for each conversation. The stream ends when it settles; when it rejects, `onError` is told. */
  readonly onConversation: (conversation: Conversation) => void | Promise<void>
  /** Default: prints the error. */
  readonly onError?: (error: unknown, conversation: Conversation) => void
  /** Told of upgrades that were refused, and of streams without the token of a command. */
  readonly onRefused?: (reason: UpgradeFault | 'token') => void
  /** Of the samples that conversations give and take: 8000, 16000, 24000, 48000. Default: as on the wire. */
  readonly rateHz?: number
  /** Where tokens are remembered; default: in memory. `false`: streams need none, as when the command does not come from `command()`. */
  readonly tokens?: StreamTokens | false
  /** Beyond these, streams are refused with `busy`, but for one that comes back. Default 1000. */
  readonly maxConversations?: number
  /** For tests. */
  readonly clock?: StreamClock
}

export interface UpgradeRequest {
  /** Path, or whole address, of the request. */
  readonly url: string
  readonly headers: HeaderSource
}

export type UpgradeFault = SignatureFault | 'unknown-path' | 'busy'

export type Upgrade =
  | {
      readonly ok: true
      /** The sub-protocol to choose; absent: choose none. */
      readonly protocol?: string
      /** Takes over the socket, before anything came over it. */
      accept(socket: StreamSocket): void
    }
  | { readonly ok: false; readonly status: 403 | 404 | 503; readonly reason: UpgradeFault }

/** What streams are accepted by, on any runtime. */
export interface StreamServer {
  readonly url: string
  /** Those that are under way. */
  readonly conversations: ReadonlySet<Conversation>
  /** A `stream` command to this server, with a token that is good for one stream. */
  command(options?: StreamOptions): Promise<CallCommand>
  /** Judges a WebSocket upgrade before it is accepted. Never rejects because of what a stranger sent. */
  upgrade(request: UpgradeRequest): Promise<Upgrade>
  /** Ends all conversations, and accepts none from now on. */
  close(): void
}

const startWithinMs = 5_000 // the gateway says it at once
const policyViolation = 1_008 // RFC 6455 §7.4.1
const internalError = 1_011
const tryAgainLater = 1_013

/** Accepts audio streams of your gateway: whoever is not the gateway gets no socket. Holds no socket and no port itself: see `acceptOnNode` and the like. */
export function createStreamServer(options: StreamServerOptions): StreamServer {
  const server = new Server(options)
  return {
    url: options.url,
    conversations: server.conversations,
    command: (command) => server.command(command),
    upgrade: (request) => server.upgrade(request),
    close: () => server.close(),
  }
}

class Server {
  readonly conversations = new Set<LiveConversation>()
  readonly #options: StreamServerOptions
  readonly #clock: StreamClock
  readonly #tokens: StreamTokens | false
  readonly #resumable = new Map<string, LiveConversation>()
  readonly #canResume = new WeakSet<LiveConversation>()
  #isClosed = false

  constructor(options: StreamServerOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemStreamClock
    this.#tokens = options.tokens ?? streamTokens(() => this.#clock.nowMs())
  }

  async command({ wire = 'voxkeep', ...given }: StreamOptions = {}): Promise<CallCommand> {
    const token = newStreamToken()
    if (this.#tokens !== false) await this.#tokens.issue(token)
    const parameters = { ...given.parameters, ...(wire === 'twilio' && { [tokenParameter]: token }) }
    const options = { ...given.options, ...(wire === 'voxkeep' && { token }) }
    return { type: 'stream', url: this.#options.url, ...given, wire, parameters, options }
  }

  async upgrade(request: UpgradeRequest): Promise<Upgrade> {
    const upgrade = await this.#judge(request)
    if (!upgrade.ok) this.#options.onRefused?.(upgrade.reason)
    return upgrade
  }

  async #judge({ url, headers }: UpgradeRequest): Promise<Upgrade> {
    const { url: own, secrets } = this.#options
    const path = pathOf(url)
    if (path === undefined || path !== pathOf(own)) return { ok: false, status: 404, reason: 'unknown-path' }
    // The signed address is ours, not the one that the request claims.
    const checked = await checkSignature(own, headers, secrets, this.#options)
    if (!checked.ok) return { ok: false, status: 403, reason: checked.reason }
    const isOurs = asksFor(headers, mediaProtocol)
    // One that comes back is one of those that there are: which it is, its first message says.
    const mayComeBack = isOurs && this.#resumable.size > 0
    if (this.#isClosed || (this.#isFull && !mayComeBack)) return { ok: false, status: 503, reason: 'busy' }
    return {
      ok: true,
      ...(isOurs && { protocol: mediaProtocol }),
      accept: (socket) => this.#accept(socket, isOurs ? mediaWire() : twilioWire()),
    }
  }

  close(): void {
    this.#isClosed = true
    for (const conversation of this.conversations) conversation.close()
  }

  #accept(socket: StreamSocket, wire: AppWire): void {
    socket.binaryType = 'arraybuffer'
    const link: StreamLink = {
      waitingBytes: () => socket.bufferedAmount ?? 0,
      send: (message) => socket.send(message),
      close: (code, reason) => socket.close(code, reason),
    }
    let conversation: LiveConversation | undefined
    let isStarting = false
    let isGone = false
    const waiting: (string | Uint8Array)[] = [] // what comes while the token is looked up
    const giveUp = this.#clock.after(startWithinMs, () => link.close(policyViolation, 'no start'))
    const start = async (first: FromGateway & { kind: 'start' }) => {
      isStarting = true
      giveUp()
      const begun = await this.#begin(first, wire, link)
      if (typeof begun === 'string') {
        this.#options.onRefused?.(begun)
        return link.close(begun === 'busy' ? tryAgainLater : policyViolation, begun)
      }
      conversation = begun
      for (const raw of waiting.splice(0)) conversation.take(raw)
      if (isGone && begun.isLinkedBy(link)) this.#lost(begun)
    }
    const failed = (error: unknown) => {
      printError('a stream could not begin:', error)
      link.close(internalError, '')
    }
    socket.addEventListener('message', ({ data }) => {
      const raw = messageOf(data)
      if (raw === undefined) return
      if (conversation !== undefined) return conversation.take(raw)
      if (isStarting) return void (waiting.length < maxWaiting && waiting.push(raw))
      const message = wire.read(raw)
      if (message.kind === 'start') start(message).catch(failed)
    })
    const gone = () => {
      giveUp()
      isGone = true
      if (conversation?.isLinkedBy(link) === true) this.#lost(conversation)
    }
    socket.addEventListener('close', () => {
      gone()
      link.close(1_000, '') // on Workers the closing handshake is ours to finish; elsewhere this does nothing
    })
    socket.addEventListener('error', gone)
  }

  get #isFull(): boolean {
    return this.conversations.size >= (this.#options.maxConversations ?? 1_000)
  }

  /** The conversation that begins or goes on with this; or why not: nobody asked for it, or there is no room. */
  async #begin(
    first: FromGateway & { kind: 'start' },
    wire: AppWire,
    link: StreamLink,
  ): Promise<LiveConversation | 'token' | 'busy'> {
    const { session, resume, token } = first
    const known = resume === undefined ? undefined : this.#resumable.get(resume.id)
    if (resume?.isResumed === true) {
      known?.attach(link, resume)
      return known ?? 'token'
    }
    const isAsked = this.#tokens === false || (token !== undefined && (await this.#tokens.redeem(token)))
    if (!isAsked || this.#isClosed) return 'token'
    if (this.#isFull) return 'busy'
    const { rateHz } = this.#options
    const conversation = new LiveConversation({
      session,
      wire,
      link,
      canResume: resume !== undefined,
      rateHz,
      clock: this.#clock,
    })
    this.conversations.add(conversation)
    if (resume !== undefined) this.#keepResumable(conversation, resume)
    void conversation.ended.then(() => this.conversations.delete(conversation))
    void this.#run(conversation)
    return conversation
  }

  #keepResumable(conversation: LiveConversation, { id, windowMs }: { id: string; windowMs: number }): void {
    this.#resumable.set(id, conversation)
    this.#canResume.add(conversation)
    let cancel = () => {}
    conversation.on('connection', ({ state }) => {
      cancel()
      if (state === 'lost') cancel = this.#clock.after(windowMs, () => conversation.finish('lost'))
    })
    void conversation.ended.then(() => {
      cancel()
      this.#resumable.delete(id)
    })
  }

  #lost(conversation: LiveConversation): void {
    if (this.#canResume.has(conversation)) conversation.lose()
    else conversation.finish('lost')
  }

  async #run(conversation: LiveConversation): Promise<void> {
    const { onConversation, onError = (error: unknown) => printError('a conversation failed:', error) } =
      this.#options
    try {
      await onConversation(conversation)
    } catch (error) {
      if (!conversation.signal.aborted) onError(error, conversation)
    }
    conversation.close()
  }
}

const maxWaiting = 500

/** Undefined for what is no address, which a stranger may well send. */
function pathOf(url: string): string | undefined {
  return URL.parse(url, 'wss://localhost')?.pathname
}

function asksFor(headers: HeaderSource, protocol: string): boolean {
  const offered = headerValue(headers, 'sec-websocket-protocol') ?? ''
  return offered.split(',').some((each) => each.trim() === protocol)
}
