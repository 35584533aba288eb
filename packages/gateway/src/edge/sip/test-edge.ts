import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import { createPki, type PemPair, type Pki } from '@voxkeep/pki'
import type { IncomingCall, PlaceCall, ReferRequest, SignallingEnd, SignallingEvents } from '#call'
import {
  fakeClock,
  openLog,
  parseConfig,
  Secret,
  type Clock,
  type Config,
  type FakeClock,
  type LegId,
} from '#kernel'
import type { SipEdgeDeps } from './edge-deps.ts'
import type { LadderEntry } from './ladder.ts'
import { listenSip, type SipEdge } from './listen-sip.ts'
import { connectPeer, requestText, type PeerOptions, type RequestFields, type TestPeer } from './test-peer.ts'

export const password = 'correct horse battery staple'
export const offer = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n'
export const answer = `${offer}m=audio 4000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:planted\r\n`

/** A call that the edge handed over, with what was reported about it. */
export interface SeenCall {
  readonly incoming: IncomingCall
  readonly ended: SignallingEnd[]
  readonly digits: string[]
  readonly offers: string[]
  /** Answers that came to offers of ours. */
  readonly answers: string[]
  readonly refers: ReferRequest[]
  readonly whenEnded: Promise<SignallingEnd>
}

export interface TestEdge extends AsyncDisposable {
  readonly port: number
  /** What `listenSip` gave. */
  readonly sip: SipEdge
  readonly ports: readonly number[]
  readonly clock: FakeClock
  readonly pki: Pki
  readonly folder: string
  readonly counts: Map<string, number>
  readonly ladders: Map<LegId, LadderEntry[]>
  readonly calls: readonly SeenCall[]
  /** Everything that was logged. */
  readonly logged: () => string
  accepting: boolean
  readonly place: PlaceCall
  /** What the call's owner answers to an offer within the call. */
  reoffer: SignallingEvents['reoffer']
  /** What the call's owner makes of an answer to an offer of ours, and of a REFER. */
  reanswered: boolean
  refer: SignallingEvents['refer']
  nextCall(): Promise<SeenCall>
  connect(options?: PeerOptions): Promise<TestPeer>
  /** Resolves once the counter, with its label values, has this value. */
  counted(name: string, value?: number): Promise<void>
  /** Ends the edge; time moves on unless the test's peers confirm the BYEs. */
  close(peersConfirm?: boolean): Promise<void>
  /** Puts another certificate in place. */
  install(pair: PemPair): void
}

export interface TestEdgeOptions {
  /** YAML or JSON of `trunks`; default: one at 127.0.0.1. */
  readonly trunks?: string
  readonly listen?: Partial<Config['sip']['listen'][number]>
  readonly limits?: Partial<Config['sip']['limits']>
  readonly advertisedHost?: string
  readonly clock?: Clock
  readonly handle?: (incoming: IncomingCall) => void
  readonly maxCalls?: number
  readonly onTrunkHealth?: SipEdgeDeps['onTrunkHealth']
  readonly onCertificateExpiry?: SipEdgeDeps['onCertificateExpiry']
  readonly fetchOcsp?: SipEdgeDeps['fetchOcsp']
  readonly onCertificateStatus?: SipEdgeDeps['onCertificateStatus']
}

export const trunkHere = '[{id: here, app: app, allowedAddresses: ["127.0.0.1"]}]'

/** The edge on a free port of 127.0.0.1, with a certificate of its own and a clock that stands still. */
export async function startTestEdge(options: TestEdgeOptions = {}): Promise<TestEdge> {
  const folder = mkdtempSync(join(tmpdir(), 'voxkeep-edge-'))
  const pki = await createPki()
  const install = (pair: PemPair) => {
    writeFileSync(join(folder, 'cert.pem'), pair.certPem)
    writeFileSync(join(folder, 'key.pem'), pair.keyPem)
  }
  install(await pki.issue(['gw.example', '127.0.0.1'], { client: true }))
  writeFileSync(join(folder, 'ca.pem'), pki.caPem)
  const config = configOf(folder, options)
  const clock = fakeClock()
  const seen = sightings()
  const edge = await listenSip({
    config: config.sip,
    trunks: config.trunks,
    readSecret: () => new Secret(password),
    handle: (incoming) => {
      seen.take(incoming, () => test)
      options.handle?.(incoming)
    },
    accepting: () => test.accepting,
    clock: options.clock ?? clock,
    random: { bytes: nodeRandomBytes },
    log: openLog('debug', seen.log),
    count: seen.count,
    ladder: (leg, entry) => void seen.ladders.set(leg, [...(seen.ladders.get(leg) ?? []), entry]),
    ...(options.maxCalls !== undefined && { maxCalls: options.maxCalls }),
    ...(options.onTrunkHealth && { onTrunkHealth: options.onTrunkHealth }),
    ...(options.onCertificateExpiry && { onCertificateExpiry: options.onCertificateExpiry }),
    ...(options.fetchOcsp && { fetchOcsp: options.fetchOcsp }),
    ...(options.onCertificateStatus && { onCertificateStatus: options.onCertificateStatus }),
  })
  const port = edge.ports[0] ?? 0
  const test: TestEdge = {
    ...seen,
    port,
    sip: edge,
    ports: edge.ports,
    clock,
    pki,
    folder,
    accepting: true,
    reoffer: () => ({ sdp: answer }),
    reanswered: true,
    refer: () => ({ accept: true }),
    install,
    place: edge.place,
    connect: (tls = {}) => connectPeer({ port, ca: pki.caPem, servername: 'gw.example', ...tls }),
    async close(peersConfirm = false) {
      const closed = edge[Symbol.asyncDispose]()
      if (!peersConfirm) clock.advance(2_000)
      await closed
      rmSync(folder, { recursive: true })
    },
    [Symbol.asyncDispose]: () => test.close(),
  }
  return test
}

function configOf(folder: string, options: TestEdgeOptions): Config {
  const { listen = {}, limits = {}, advertisedHost } = options
  const listener = {
    host: '127.0.0.1',
    tls: { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') },
    clientCaFile: join(folder, 'ca.pem'),
    ...listen,
  }
  const sip = { listen: [listener], limits, ...(advertisedHost !== undefined && { advertisedHost }) }
  const config = parseConfig(
    `{dataDir: /nowhere, sip: ${JSON.stringify(sip)}, trunks: ${options.trunks ?? trunkHere},
      apps: [{id: app, webhook: {url: "https://app.example", secrets: ["env:S"]}}]}`,
    'test',
  )
  for (const opened of config.sip.listen) opened.port = 0 // a free one, which a configuration cannot ask for
  return config
}

function sightings() {
  const counts = new Map<string, number>()
  const ladders = new Map<LegId, LadderEntry[]>()
  const calls: SeenCall[] = []
  const waitingCalls: ((call: SeenCall) => void)[] = []
  const waitingCounts = new Set<() => void>()
  let unread = 0
  let log = ''
  return {
    counts,
    ladders,
    calls,
    logged: () => log,
    log: (line: string) => void (log += line),
    count(name: string, labels: Readonly<Record<string, string>> = {}) {
      const key = [name, ...Object.values(labels)].join(' ')
      counts.set(key, (counts.get(key) ?? 0) + 1)
      for (const check of waitingCounts) check()
    },
    counted(name: string, value = 1) {
      return new Promise<void>((resolve) => {
        const check = () => {
          if ((counts.get(name) ?? 0) < value) return
          waitingCounts.delete(check)
          resolve()
        }
        waitingCounts.add(check)
        check()
      })
    },
    take(incoming: IncomingCall, owner: () => Pick<TestEdge, 'reoffer' | 'reanswered' | 'refer'>) {
      const whenEnded = Promise.withResolvers<SignallingEnd>()
      const call: SeenCall = {
        incoming,
        ended: [],
        digits: [],
        offers: [],
        answers: [],
        refers: [],
        whenEnded: whenEnded.promise,
      }
      incoming.signalling.listen({
        ended(why) {
          call.ended.push(why)
          whenEnded.resolve(why)
        },
        reoffer(body) {
          call.offers.push(body === undefined ? 'none' : new TextDecoder().decode(body))
          return owner().reoffer(body)
        },
        reanswered(body) {
          call.answers.push(new TextDecoder().decode(body))
          return owner().reanswered
        },
        refer(request) {
          call.refers.push(request)
          return owner().refer(request)
        },
        dtmf: (digit, durationMs) => void call.digits.push(`${digit} ${durationMs}`),
      })
      calls.push(call)
      const waiter = waitingCalls.shift()
      if (waiter) waiter(call)
      else unread += 1
    },
    nextCall() {
      return new Promise<SeenCall>((resolve) => {
        const call = unread > 0 ? calls[calls.length - unread] : undefined
        if (call === undefined) return void waitingCalls.push(resolve)
        unread -= 1
        resolve(call)
      })
    },
  }
}

/** A call that was answered and acknowledged. `to` carries the tag that the edge chose. */
export async function answeredCall(edge: TestEdge, peer: TestPeer, fields: RequestFields = {}) {
  peer.write(requestText('INVITE', { body: offer, ...fields }))
  await peer.response(100)
  const call = await edge.nextCall()
  const acknowledged = call.incoming.signalling.answer(answer)
  const ok = await peer.response(200)
  const to = ok.headers.get('To') ?? ''
  const target = /<([^>]+)>/.exec(ok.headers.get('Contact') ?? '')?.[1] ?? ''
  const { headers: _, body: __, ...identity } = fields
  const inDialog: RequestFields = { ...identity, uri: target, to }
  peer.write(requestText('ACK', inDialog))
  await acknowledged
  return { call, ok, inDialog }
}

/** An edge with one call up. */
export async function callUp(o: { headers?: readonly string[]; trunks?: string; body?: string } = {}) {
  const { headers = [], trunks, body } = o
  const edge = await startTestEdge(trunks === undefined ? {} : { trunks })
  const peer = await edge.connect()
  const established = await answeredCall(edge, peer, { headers, ...(body !== undefined && { body }) })
  return { edge, peer, ...established }
}

/** Resolves once the edge has taken all that the peer sent; uses up `cseq`. */
export async function settled(peer: TestPeer, inDialog: RequestFields, cseq: number): Promise<void> {
  peer.write(requestText('OPTIONS', { ...inDialog, cseq }))
  await peer.response(200)
}
