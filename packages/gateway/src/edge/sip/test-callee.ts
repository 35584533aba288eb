import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type TLSSocket } from 'node:tls'
import { createPki } from '@voxkeep/pki'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { parseNameAddr, type SipRequest } from '@voxkeep/wire/sip'
import type { LegSignalling, OutgoingCall, PlaceFailure, SignallingEnd, SignallingSecurity } from '#call'
import { createId, type LegId, type TrunkId } from '#kernel'
import { startTestEdge, type TestEdge, type TestEdgeOptions } from './test-edge.ts'
import { testPeer, type TestPeer } from './test-peer.ts'

export const ourOffer = 'v=0\r\no=- 7 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n'

/** A call that the edge placed, with what was reported about it. */
export interface PlacedCall extends LegSignalling {
  readonly leg: LegId
  readonly ringing: number[]
  /** As text. */
  readonly early: string[]
  readonly answers: string[]
  readonly failures: PlaceFailure[]
  readonly ended: SignallingEnd[]
  readonly offers: string[]
  readonly security: SignallingSecurity[]
  readonly whenFailed: Promise<PlaceFailure>
  readonly whenAnswered: Promise<string>
  readonly whenEnded: Promise<SignallingEnd>
}

export interface PlaceOptions extends Partial<Omit<OutgoingCall, 'trunk' | 'leg'>> {
  readonly trunk?: string
  /** Whether an answer can be used. Default: yes. */
  readonly accepts?: boolean
}

/** The edge, and a peer behind a TLS listener that its trunk `carrier` calls. */
export interface OutboundBench extends AsyncDisposable {
  readonly edge: TestEdge
  readonly port: number
  /** The next connection that the edge opens. */
  nextPeer(): Promise<TestPeer>
  place(options?: PlaceOptions): PlacedCall
  /** A call whose INVITE has come. */
  invited(options?: PlaceOptions): Promise<{ call: PlacedCall; peer: TestPeer; invite: SipRequest }>
  /** As `TestEdge.close`, at most once. */
  close(peersConfirm?: boolean): Promise<void>
}

export interface OutboundOptions extends TestEdgeOptions {
  /** YAML or JSON fields of the trunk's `outbound`, beside host, port and caFile. */
  readonly outbound?: Readonly<Record<string, unknown>>
  readonly trunk?: Readonly<Record<string, unknown>>
  /** Trunks beside that one. */
  readonly others?: readonly Readonly<Record<string, unknown>>[]
  /** Names of the peer's certificate. Default `127.0.0.1`. */
  readonly names?: readonly string[]
}

const pki = await createPki()

export async function startOutboundBench(options: OutboundOptions = {}): Promise<OutboundBench> {
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-callee-'))
  const caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, pki.caPem)
  const { certPem, keyPem } = await pki.issue(options.names ?? ['127.0.0.1'])
  const server = createServer({ cert: certPem, key: keyPem }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const peers = peersOf(server)
  const outbound = { host: '127.0.0.1', port, caFile, health: { intervalMs: 0 }, ...options.outbound }
  const trunk = { id: 'carrier', app: 'app', allowedAddresses: ['127.0.0.9'], outbound, ...options.trunk }
  const edge = await startTestEdge({ trunks: JSON.stringify([trunk, ...(options.others ?? [])]), ...options })
  let isClosed = false
  const bench: OutboundBench = {
    edge,
    port,
    nextPeer: peers.next,
    place: (placed = {}) => place(edge, placed),
    async invited(placed = {}) {
      const call = bench.place(placed)
      const peer = await peers.next()
      return { call, peer, invite: await peer.request('INVITE') }
    },
    async close(peersConfirm) {
      if (isClosed) return
      isClosed = true
      await edge.close(peersConfirm)
    },
    async [Symbol.asyncDispose]() {
      peers.close()
      server.close()
      await bench.close()
      rmSync(folder, { recursive: true })
    },
  }
  return bench
}

function peersOf(server: ReturnType<typeof createServer>) {
  const sockets: TLSSocket[] = []
  const unread: TestPeer[] = []
  const waiting: ((peer: TestPeer) => void)[] = []
  server.on('tlsClientError', () => {})
  server.on('secureConnection', (socket) => {
    sockets.push(socket)
    const peer = testPeer(socket)
    const waiter = waiting.shift()
    if (waiter) waiter(peer)
    else unread.push(peer)
  })
  return {
    next: () =>
      new Promise<TestPeer>((resolve) => {
        const peer = unread.shift()
        if (peer) resolve(peer)
        else waiting.push(resolve)
      }),
    close: () => sockets.forEach((socket) => socket.destroy()),
  }
}

function place(edge: TestEdge, options: PlaceOptions): PlacedCall {
  const { accepts = true, trunk = 'carrier', ...rest } = options
  const leg = createId('leg', 0, { bytes: nodeRandomBytes })
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  const answered = Promise.withResolvers<string>()
  const failed = Promise.withResolvers<PlaceFailure>()
  const ended = Promise.withResolvers<SignallingEnd>()
  const seen = {
    leg,
    ringing: [] as number[],
    early: [] as string[],
    answers: [] as string[],
    failures: [] as PlaceFailure[],
    ended: [] as SignallingEnd[],
    offers: [] as string[],
    security: [] as SignallingSecurity[],
    whenFailed: failed.promise,
    whenAnswered: answered.promise,
    whenEnded: ended.promise,
  }
  const call: OutgoingCall = {
    leg,
    trunk: trunk as TrunkId,
    to: '+12025550100',
    from: '+12025550199',
    ringTimeoutMs: 60_000,
    headers: [],
    offer: () => ourOffer,
    ...rest,
  }
  const signalling = edge.place(call, {
    ringing: (status) => void seen.ringing.push(status),
    early: (sdp) => void seen.early.push(text(sdp)),
    answered(sdp, security) {
      seen.answers.push(text(sdp))
      seen.security.push(security)
      answered.resolve(text(sdp))
      return accepts
    },
    failed(failure) {
      seen.failures.push(failure)
      failed.resolve(failure)
    },
    ended(why) {
      seen.ended.push(why)
      ended.resolve(why)
    },
    reoffer(offer) {
      seen.offers.push(text(offer ?? new Uint8Array(0)))
      return { sdp: 'v=0 ours again' }
    },
    reanswered: () => true,
    refer: () => ({ status: 403 }),
    dtmf() {},
  })
  return {
    ...seen,
    reoffer: (sdp) => signalling.reoffer(sdp),
    refer: (target) => signalling.refer(target),
    hangup: (reason) => signalling.hangup(reason),
  }
}

export interface Reply {
  /** Our tag in To; none in a 100. */
  readonly tag?: string
  /** Default: `<sip:callee@127.0.0.1:5999;transport=tls>`; empty: none. */
  readonly contact?: string
  readonly headers?: readonly string[]
  readonly sdp?: string
}

/** A response to a request of the edge, as text. */
export function replyText(request: SipRequest, status: number, o: Reply = {}): string {
  const { tag = 'callee', sdp = '', contact = '<sip:callee@127.0.0.1:5999;transport=tls>' } = o
  const to = request.headers.get('To') ?? ''
  const isTagged = parseNameAddr(to)?.params.has('tag') === true
  return [
    `SIP/2.0 ${status} Whatever`,
    `Via: ${request.headers.get('Via')}`,
    `From: ${request.headers.get('From')}`,
    `To: ${isTagged || status === 100 ? to : `${to};tag=${tag}`}`,
    `Call-ID: ${request.headers.get('Call-ID')}`,
    `CSeq: ${request.headers.get('CSeq')}`,
    ...(status > 100 && status < 300 && contact !== '' ? [`Contact: ${contact}`] : []),
    ...(o.headers ?? []),
    ...(sdp === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${new TextEncoder().encode(sdp).length}`,
    '',
    sdp,
  ].join('\r\n')
}

/** A call that was answered and acknowledged. */
export async function answeredOutgoing(bench: OutboundBench, placed: PlaceOptions = {}, reply: Reply = {}) {
  const { call, peer, invite } = await bench.invited(placed)
  peer.write(replyText(invite, 200, { sdp: 'v=0 answer', ...reply }))
  await call.whenAnswered
  const ack = await peer.request('ACK')
  return { call, peer, invite, ack }
}

/** A request of the callee within the dialog, as text. */
export function calleeRequest(
  invite: SipRequest,
  method: string,
  o: { cseq?: number; tag?: string; headers?: readonly string[]; body?: string } = {},
): string {
  const { cseq = 1, tag = 'callee', headers = [], body = '' } = o
  const target = parseNameAddr(invite.headers.get('Contact') ?? '')?.uri ?? ''
  return [
    `${method} ${target} SIP/2.0`,
    `Via: SIP/2.0/TLS 127.0.0.1:5999;branch=z9hG4bKcallee${tag}${method}${cseq};rport`,
    'Max-Forwards: 70',
    `From: ${invite.headers.get('To')};tag=${tag}`,
    `To: ${invite.headers.get('From')}`,
    `Call-ID: ${invite.headers.get('Call-ID')}`,
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:callee@127.0.0.1:5999;transport=tls>',
    ...headers,
    ...(body === '' ? [] : ['Content-Type: application/sdp']),
    `Content-Length: ${new TextEncoder().encode(body).length}`,
    '',
    body,
  ].join('\r\n')
}
