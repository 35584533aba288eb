import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPki, type Pki } from '@voxkeep/pki'
import { nodeRandomBytes } from '@voxkeep/wire/node'
import {
  acceptAnswer,
  answerOffer,
  createOffer,
  type AudioCapabilities,
  type LocalMedia,
} from '@voxkeep/wire/sdp'
import { keyLengths } from '@voxkeep/wire/srtp'
import type { LegSignalling, OutgoingCall, PlaceFailure, SignallingEnd, SignallingSecurity } from '#call'
import { listenSip, type LadderEntry } from '#edge/sip'
import { createId, openLog, parseConfig, Secret, systemClock, type TrunkId } from '#kernel'
import { watch } from './watch.ts'

/** What became of a call that was placed. */
export interface PlacedCall extends LegSignalling {
  readonly ringing: readonly number[]
  /** How many answers came before the call was answered. */
  readonly early: () => number
  readonly ended: readonly SignallingEnd[]
  readonly ladder: readonly LadderEntry[]
  readonly failed: Promise<PlaceFailure>
  /** Resolves with what protects the signalling, once the answer was one that we can use; rejects when there is none. */
  readonly answered: Promise<SignallingSecurity>
  readonly over: Promise<SignallingEnd>
  /** Resolves once its ladder has so many of these. */
  until(direction: LadderEntry['direction'], what: string, times?: number): Promise<unknown>
}

export interface OutboundEdge extends AsyncDisposable {
  readonly pki: Pki
  /** An empty folder that goes away with the edge. */
  readonly folder: string
  readonly caFile: string
  place(trunk: string, call?: Partial<OutgoingCall>): PlacedCall
}

/** A trunk's fields, as the configuration has them. */
export type OutboundTrunk = Readonly<Record<string, unknown>> & { readonly id: string }

const caps: AudioCapabilities = {
  codecs: ['PCMU', 'PCMA'],
  dtmf: true,
  ptimeMs: 20,
  suites: ['AES_CM_128_HMAC_SHA1_80', 'AEAD_AES_256_GCM'],
  profile: 'required',
  allowAvpWithCrypto: false,
  dangerouslyAllowPlainRtp: false,
}

/** The SIP edge alone, in this process: its calls have descriptions and keys, and no audio. */
export async function startOutboundEdge(
  trunks: (files: { readonly caFile: string }) => readonly OutboundTrunk[],
): Promise<OutboundEdge> {
  await using stack = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'voxkeep-outbound-'))
  stack.defer(() => rm(folder, { recursive: true, force: true }))
  const pki = await createPki()
  const { certPem, keyPem } = await pki.issue(['gw.example', '127.0.0.1'], { client: true })
  const caFile = join(folder, 'ca.pem')
  const tls = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
  await writeFile(caFile, pki.caPem)
  await writeFile(tls.certFile, certPem)
  await writeFile(tls.keyFile, keyPem, { mode: 0o600 })
  const config = parseConfig(
    JSON.stringify({
      dataDir: '/nowhere',
      sip: { listen: [{ host: '127.0.0.1', port: 1, tls }] },
      trunks: trunks({ caFile }).map((trunk) => ({ app: 'app', allowedAddresses: ['127.0.0.9'], ...trunk })),
      apps: [{ id: 'app', webhook: { url: 'https://app.example', secrets: ['env:S'] } }],
    }),
    'outbound',
  )
  for (const listener of config.sip.listen) listener.port = 0 // a free one, which a configuration cannot ask for
  const ladders = ladderBook()
  const edge = stack.use(
    await listenSip({
      config: config.sip,
      trunks: config.trunks,
      readSecret: () => new Secret('p4ss'),
      handle: ({ signalling }) => signalling.reject(603),
      accepting: () => true,
      clock: systemClock,
      random: { bytes: nodeRandomBytes },
      log: openLog('silent'),
      count() {},
      ladder: ladders.add,
    }),
  )
  const owned = stack.move()
  return {
    pki,
    folder,
    caFile,
    place: (trunk, call = {}) => place(edge.place, trunk, call, ladders),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function place(
  placeCall: Awaited<ReturnType<typeof listenSip>>['place'],
  trunk: string,
  call: Partial<OutgoingCall>,
  ladders: LadderBook,
): PlacedCall {
  const leg = createId('leg', Date.now(), { bytes: nodeRandomBytes })
  const media = localMedia()
  const offered = createOffer(caps, media)
  const ringing: number[] = []
  const ended: SignallingEnd[] = []
  const [failed, answered, over] = [
    Promise.withResolvers<PlaceFailure>(),
    Promise.withResolvers<SignallingSecurity>(),
    Promise.withResolvers<SignallingEnd>(),
  ]
  answered.promise.catch(() => {}) // a test that expects a failure does not wait for it
  let early = 0
  let version = 1
  const signalling = placeCall(
    {
      leg,
      trunk: trunk as TrunkId,
      to: '+12025550100',
      from: '+12025550199',
      ringTimeoutMs: 20_000,
      headers: [],
      offer: () => offered.sdp,
      ...call,
    },
    {
      ringing: (status) => void ringing.push(status),
      early: (sdp) => void (acceptAnswer(offered.state, sdp).ok && (early += 1)),
      answered(sdp, security) {
        const { ok } = acceptAnswer(offered.state, sdp)
        if (ok) answered.resolve(security)
        else answered.reject(new Error('the answer cannot be used'))
        return ok
      },
      failed(failure) {
        failed.resolve(failure)
        answered.reject(new Error(`not answered: ${JSON.stringify(failure)}`))
      },
      ended(why) {
        ended.push(why)
        over.resolve(why)
      },
      reoffer(offer) {
        version += 1
        const answer = offer && answerOffer(offer, caps, { ...media, version })
        return answer?.ok ? { sdp: answer.sdp } : { status: 488 }
      },
      reanswered: () => true,
      refer: () => ({ status: 403 }),
      dtmf() {},
    },
  )
  return {
    ringing,
    early: () => early,
    ended,
    get ladder() {
      return ladders.of(leg)
    },
    until: (direction, what, times) => ladders.until(leg, direction, what, times),
    failed: failed.promise,
    answered: answered.promise,
    over: over.promise,
    reoffer: (sdp) => signalling.reoffer(sdp),
    refer: (target) => signalling.refer(target),
    hangup: (reason) => signalling.hangup(reason),
  }
}

interface LadderBook {
  add(leg: string, entry: LadderEntry): void
  of(leg: string): readonly LadderEntry[]
  until(leg: string, direction: LadderEntry['direction'], what: string, times?: number): Promise<unknown>
}

function ladderBook(): LadderBook {
  const ladders = new Map<string, LadderEntry[]>()
  const { changed, until } = watch()
  const of = (leg: string) => ladders.get(leg) ?? []
  return {
    of,
    add(leg, entry) {
      ladders.set(leg, [...of(leg), entry])
      changed()
    },
    until(leg, direction, what, times = 1) {
      const isOne = (entry: LadderEntry) => entry.direction === direction && entry.what === what
      return until(`${times} ${direction} ${what}`, () => of(leg).filter(isOne).length >= times)
    },
  }
}

function localMedia(): LocalMedia {
  const keys = new Map<string, Uint8Array>()
  return {
    address: '127.0.0.1',
    port: 9, // nobody listens: these calls have no audio
    sessionId: '4711',
    version: 1,
    rtcpMux: true,
    key(suite) {
      const { keyBytes, saltBytes } = keyLengths(suite)
      const key = keys.get(suite) ?? nodeRandomBytes(keyBytes + saltBytes)
      keys.set(suite, key)
      return key
    },
  }
}
