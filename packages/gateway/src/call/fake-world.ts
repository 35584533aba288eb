import { consentBook, type ConsentPolicy } from '#consent'
import type { DialRefusal, DialRequest } from '#dialing'
import {
  fakeClock,
  silentLog,
  type AppId,
  type FakeClock,
  type LegId,
  type TenantId,
  type TrunkId,
} from '#kernel'
import type { FromMedia, RecordingMark, RecordingSpec, SealedSummary, StreamSpec } from '#media'
import { fakePayments, type FakePayments } from '#payment'
import { fakeTokenVault, type FakeTokenVault } from '#tokens'
import { WebhookError } from '#webhook'
import type {
  IncomingCall,
  OutgoingCall,
  OutgoingEvents,
  ReferOutcome,
  SignallingEvents,
  SignallingSecurity,
} from './contract.ts'
import type { CallApp, CallDeps, Decision, DialledLeg, IdentityResult } from './deps.ts'
import { fakeAppConfig } from './fake-app-config.ts'
import { fakeKeep } from './fake-keep.ts'
import { fakeTexts, type FakeText } from './fake-texts.ts'
import { fakeVerifiers } from './fake-verifiers.ts'
import { fakeVoices } from './fake-voices.ts'
import { fakeWords, type FakeWords } from './fake-words.ts'

/** Everything a call touches, faked in memory for tests; `trace` holds what happened, in order. */
export interface FakeWorld {
  readonly deps: CallDeps
  readonly clock: FakeClock
  readonly trace: string[]
  readonly incoming: IncomingCall
  readonly streams: StreamSpec[]
  readonly receipts: object[]
  /** What the app answers to the next decision webhooks, in order; the last one repeats. */
  readonly decisions: (Decision | Promise<Decision>)[]
  readonly asked: { type: string; data: object; to?: { url: string; method: string } | undefined }[]
  signalling(): SignallingEvents
  media(event: FromMedia): void
  /** Ends what plays now. */
  finishPlay(leg?: LegId): void
  /** The calls that were placed, in order; B1 is the first in `trace`. */
  readonly outgoing: FakeOutgoing[]
  readonly dials: DialRequest[]
  /** What the guard says, for as long as a test leaves it so. */
  readonly guard: { refuse?: DialRefusal; trunks: string[]; maxDurationMs: number }
  readonly stories: string[]
  /** What the app was told, with its data. */
  readonly told: { type: string; data: object; to?: { url: string; method: string } | undefined }[]
  readonly tokens: FakeTokenVault
  readonly payments: FakePayments
  readonly words: FakeWords
  readonly startedRecordings: RecordingSpec[]
  /** Of every recording that is sealed. */
  readonly sealedMarks: RecordingMark[]
  /** The conversations of text that were dialled. */
  readonly texts: FakeText[]
  /** Keys that were pressed towards a leg. */
  readonly pressed: string[]
  /** What is noted about the call, as it was last kept. */
  readonly kept: { variables?: Readonly<Record<string, string>>; readonly legs: DialledLeg[] }
}

export interface FakeOutgoing {
  readonly call: OutgoingCall
  readonly events: OutgoingEvents
  readonly offer: string
}

/** What a carrier's side answers to our offer: its crypto, with a key of its own. */
export function fakeAnswer(placed: FakeOutgoing, direction = 'sendrecv'): Uint8Array {
  const tag = /a=crypto:(\d+) AES_CM_128_HMAC_SHA1_80/.exec(placed.offer)?.[1] ?? '1'
  return new TextEncoder().encode(
    `v=0\r\no=- 2 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 5000 RTP/SAVP 0 101\r\n` +
      `a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=${direction}\r\n` +
      `a=crypto:${tag} AES_CM_128_HMAC_SHA1_80 inline:${key}\r\n`,
  )
}

export const fakeSecurity: SignallingSecurity = {
  transport: 'tls',
  tlsVersion: 'TLSv1.3',
  peerCertificate: null,
  cipher: 'TLS_AES_256_GCM_SHA384',
  group: 'X25519MLKEM768',
  sourceAddress: '127.0.0.1',
  authenticatedBy: ['address'],
}

const fakeProfile = {
  srtp: { suites: ['AES_CM_128_HMAC_SHA1_80'], allowAvpWithCrypto: false, rollover: 'auto' },
  codecs: ['PCMU', 'PCMA'],
  inbandDigits: 'auto',
} as const

export const fakeLeg = 'leg_00000000000000000000000000000001' as LegId

const key = 'd0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj'
export const fakeOffer = new TextEncoder().encode(
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0 101\r\n` +
    `a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}\r\n`,
)

const freely: ConsentPolicy = {
  mode: 'enforce',
  home: undefined,
  unknown: 'one-party',
  rules: [],
  beepMs: undefined,
  streamsWithout: 'allow',
  onRevoke: 'keep',
  dialled: 'ask',
}

const sealed: SealedSummary = { bytes: 100, segments: 1, durationMs: 1_000, sha256: 'ab', marks: [] }

export function answers(...actions: object[]): Decision {
  return { ok: true, answer: { actions }, url: 'https://app.test/voice' }
}

export function fakeWorld(
  o: {
    offer?: Uint8Array | undefined
    fallbackReject?: boolean
    reconnects?: number
    music?: boolean
    signs?: boolean
    away?: 'tenant' | 'trunk'
    identity?: IdentityResult
    /** What the caller's side says to a REFER. */
    referred?: ReferOutcome
    /** Other than: nobody has to agree to anything whose place is not known. */
    consent?: Partial<ConsentPolicy>
    /** The app's privacy policy; without it nobody listens. */
    privacy?: Parameters<typeof fakeWords>[0]
    /** Whether the app may be told what was said word for word. */
    originals?: boolean
    /** What the caller chose once and for all. */
    choice?: 'opt-in' | 'opt-out'
    /** What the voice does. */
    voice?: Parameters<typeof fakeVoices>[1]
    /** Whether the trunk takes REFER. */
    refer?: boolean
  } = {},
): FakeWorld {
  const clock = fakeClock()
  const trace: string[] = []
  const streams: StreamSpec[] = []
  const receipts: object[] = []
  const texts: FakeText[] = []
  const stories: string[] = []
  const dials: DialRequest[] = []
  const guard: FakeWorld['guard'] = { trunks: ['carrier'], maxDurationMs: 600_000 }
  const decisions: FakeWorld['decisions'] = []
  const asked: FakeWorld['asked'] = []
  const told: FakeWorld['told'] = []
  const tokens = fakeTokenVault()
  const payments = fakePayments()
  const words = fakeWords(o.privacy)
  const startedRecordings: FakeWorld['startedRecordings'] = []
  const pressed: string[] = []
  const kept: FakeWorld['kept'] = { legs: [] }
  const sealedMarks: RecordingMark[] = []
  let events: SignallingEvents | undefined
  const legs = new Map<LegId, (event: FromMedia) => void>()
  const playing = new Map<LegId, (why: 'finished' | 'stopped') => void>()
  let counter = 0
  const stopPlay = (leg: LegId) => {
    trace.push(leg === fakeLeg ? 'stopPlay' : `stopPlay ${name(leg)}`)
    playing.get(leg)?.('stopped')
    playing.delete(leg)
  }
  const outgoing: FakeWorld['outgoing'] = []
  const name = (leg: LegId) => {
    const index = outgoing.findIndex(({ call }) => call.leg === leg)
    return leg === fakeLeg ? 'A' : index === -1 ? 'new' : `B${index + 1}`
  }
  const app: CallApp = {
    config: {
      ...fakeAppConfig(o.fallbackReject ?? false, o.reconnects ?? 0),
      ...(o.originals === true && { originals: true }),
    },
    decide: async (event) => {
      asked.push(event)
      return (decisions.length > 1 ? decisions.shift() : decisions[0]) ?? { ok: false, why: 'timeout' }
    },
    tell: async (event) => void (trace.push(`tell ${event.type}`), told.push(event)),
    prepareStream: async (url) => {
      if (url.includes('blocked')) throw new WebhookError('EGRESS_ADDRESS_REFUSED', 'private')
      if (url.includes('nowhere')) throw new WebhookError('EGRESS_NAME_UNKNOWN', 'no such name')
      return { url, address: '127.0.0.1', headers: {}, tls: { spkiPins: [] } }
    },
    fetchAudio: async (url) => {
      if (url.includes('missing')) throw new Error('404')
      return new Uint8Array(160)
    },
    fallbackAudio: new Uint8Array(320),
    holdMusic: o.music === true ? new Uint8Array(800) : undefined,
    signers: ['k1'],
    accountSid: `AC${'0'.repeat(32)}`,
  }
  const deps: CallDeps = {
    clock,
    random: { bytes: (count) => new Uint8Array(count).fill(++counter) },
    log: silentLog,
    limits: { maxDurationMs: 3_600_000, maxConcurrent: 2 },
    advertisedAddress: undefined,
    apps: new Map([['agent' as AppId, app]]),
    count: () => {},
    tokens,
    words,
    voices: fakeVoices(trace, o.voice),
    verifiers: fakeVerifiers(),
    openText: fakeTexts(texts),
    payments,
    keep: fakeKeep(trace, receipts, stories, kept),
    trunk: (id) =>
      id === ('nowhere' as TrunkId) ? undefined : { ...fakeProfile, mayReferTo: () => o.refer ?? false },
    place: fakePlace(trace, outgoing),
    dialing: fakeDialing(guard, dials, trace),
    verifyIdentity: async () => o.identity ?? { status: 'off', policy: 'accept' },
    consent: {
      ...consentBook(() => ({ ...freely, ...o.consent })),
      choice: async () => o.choice,
    },
    awayFrom: () => o.away,
    signIdentity: async () => (o.signs ? 'a.b.c;info=<https://x.test/c>' : undefined),
    media: {
      open: async () => (trace.push('open'), { rtpPort: 20_000 }),
      bridge: (a, b) => void trace.push(`bridge ${name(a)} ${name(b)}`),
      unbridge: (leg) => void trace.push(`unbridge ${name(leg)}`),
      connect: (leg, audio) =>
        void trace.push(
          leg === fakeLeg
            ? `connect ${audio.direction} ${audio.srtp?.suite}`
            : `connect ${name(leg)} ${audio.direction}`,
        ),
      close: (leg) => void trace.push(leg === fakeLeg ? 'close' : `close ${name(leg)}`),
      play: (leg, ulaw) => {
        trace.push(leg === fakeLeg ? `play ${ulaw.length}` : `play ${name(leg)} ${ulaw.length}`)
        return new Promise((resolve) => playing.set(leg, resolve))
      },
      press: (leg, digits) => {
        trace.push(leg === fakeLeg ? `press ${digits.length}` : `press ${name(leg)} ${digits.length}`)
        pressed.push(digits)
        return new Promise((resolve) => playing.set(leg, resolve))
      },
      stopPlay,
      openStream: (_, spec) => (trace.push(`openStream ${spec.direction}`), streams.push(spec)),
      resumeStream: (_, __, { address }) => void trace.push(`resumeStream ${address}`),
      tellStream: (_, __, message) => void trace.push(`tellStream ${JSON.stringify(message)}`),
      closeStream: (leg, stream) => {
        trace.push('closeStream')
        legs.get(leg)?.({ kind: 'stream.closed', leg, stream, why: 'closed-by-gateway', stats: noStats })
      },
      startRecording: async (_, spec) => {
        trace.push('startRecording')
        startedRecordings.push(spec)
      },
      pauseRecording: (_leg, skipped = false) => trace.push(`pauseRecording${skipped ? ' skipped' : ''}`),
      resumeRecording: () => trace.push('resumeRecording'),
      stopRecording: async () => (trace.push('stopRecording'), { ...sealed, marks: sealedMarks }),
      redact: (leg, { of, channel, fromSamples, toSamples, why }) => {
        const what = of === 'streams' ? 'redact streams' : 'redact'
        trace.push(`${what} ${name(leg)} ${channel} ${fromSamples}-${toSamples} ${why}`)
      },
      judged: (leg, channel, through) => void trace.push(`judged ${name(leg)} ${channel} ${through}`),
      secure: async (leg, room) => void trace.push(`secure ${name(leg)} ${room === null ? 'off' : 'on'}`),
      listen: (leg, on) => void trace.push(`listen ${name(leg)} ${on ? 'on' : 'off'}`),
      meter: (leg, on) => void trace.push(`meter ${name(leg)} ${on}`),
      beep: (leg) => void trace.push(`beep ${name(leg)}`),
      tellDigit: (leg, digit, durationMs) => {
        trace.push(`tellDigit ${digit}`)
        legs.get(leg)?.({ kind: 'dtmf', leg, digit, durationMs })
      },
      positions: async () => [],
      stats: async () => ({
        packetsIn: 1,
        packetsOut: 1,
        lost: 0,
        jitterMs: 0,
        dropped: {},
        toAppP50Ms: 0,
        toAppP99Ms: 0,
      }),
      onLeg: (leg, handler) => (legs.set(leg, handler), () => void legs.delete(leg)),
    },
  }
  const incoming: IncomingCall = {
    leg: fakeLeg,
    trunk: 'carrier' as TrunkId,
    tenant: 'default' as TenantId,
    app: 'agent' as AppId,
    from: '+12025550100',
    to: '+12025550101',
    sipCallId: 'abc',
    offer: 'offer' in o ? o.offer : fakeOffer,
    localAddress: '127.0.0.1',
    security: fakeSecurity,
    ...fakeProfile,
    identity: [],
    date: undefined,
    replaces: undefined,
    signalling: {
      ring: () => trace.push('ring'),
      answer: async (sdp) => {
        trace.push(sdp.includes('a=crypto:1 ') ? 'answer 200' : 'answer without crypto')
        return o.offer === undefined && 'offer' in o ? fakeOffer : new Uint8Array()
      },
      reject(status) {
        trace.push(`reject ${status}`)
        events?.ended('rejected')
      },
      hangup: async () => void trace.push('hangup'),
      reoffer: async () => new Uint8Array(),
      refer: async ({ to }) => (trace.push(`refer ${to}`), o.referred ?? { ok: true }),
      listen: (listener) => (events = listener),
    },
  }
  return {
    deps,
    clock,
    trace,
    incoming,
    streams,
    receipts,
    decisions,
    asked,
    signalling: () => events as SignallingEvents,
    media: (event) => {
      if ('leg' in event) legs.get(event.leg)?.(event)
    },
    finishPlay: (leg = fakeLeg) => {
      const finish = playing.get(leg)
      playing.delete(leg)
      finish?.('finished')
    },
    outgoing,
    dials,
    guard,
    stories,
    words,
    told,
    startedRecordings,
    texts,
    pressed,
    kept,
    sealedMarks,
    tokens,
    payments,
  }
}

export const noStats = {
  framesIn: 0,
  framesOut: 0,
  framesDropped: 0,
  messagesIgnored: 0,
  bytesRejected: 0,
  marks: 0,
  clears: 0,
}

function fakePlace(trace: string[], outgoing: FakeOutgoing[]): CallDeps['place'] {
  return (call, events) => {
    const name = `B${outgoing.length + 1}`
    trace.push(`place ${name} ${call.trunk} ${call.to}`)
    const placed = { call, events, offer: call.offer('127.0.0.1') }
    outgoing.push(placed)
    return {
      reoffer: async (sdp) => (trace.push(`reoffer ${name}`), fakeAnswer({ ...placed, offer: sdp })),
      refer: async () => ({ ok: true }),
      hangup: async () => void trace.push(`hangup ${name}`),
    }
  }
}

function fakeDialing(guard: FakeWorld['guard'], dials: DialRequest[], trace: string[]): CallDeps['dialing'] {
  return {
    async admit(request) {
      dials.push(request)
      if (guard.refuse !== undefined) return { ok: false, why: guard.refuse }
      const lease = {
        maxDurationMs: guard.maxDurationMs,
        answered: () => void trace.push('lease answered'),
        ended: async () => void trace.push('lease ended'),
      }
      const { to, from = '+12025550199' } = request
      return { ok: true, to, from, trunks: guard.trunks as TrunkId[], lease }
    },
  }
}
