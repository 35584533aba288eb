import {
  fakeClock,
  silentLog,
  type AppConfig,
  type AppId,
  type FakeClock,
  type LegId,
  type TenantId,
  type TrunkId,
} from '#kernel'
import type { FromMedia, SealedSummary, StreamSpec } from '#media'
import { WebhookError } from '#webhook'
import type { IncomingCall, SignallingEvents } from './contract.ts'
import type { CallApp, CallDeps, Decision, Keep } from './deps.ts'

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
  readonly asked: { type: string; data: object }[]
  signalling(): SignallingEvents
  media(event: FromMedia): void
  /** Ends what plays now. */
  finishPlay(): void
}

export const fakeLeg = 'leg_00000000000000000000000000000001' as LegId

const key = 'd0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj'
export const fakeOffer = new TextEncoder().encode(
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/SAVP 0 101\r\n` +
    `a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}\r\n`,
)

const sealed: SealedSummary = { bytes: 100, segments: 1, durationMs: 1_000, sha256: 'ab' }

export function answers(...actions: object[]): Decision {
  return { ok: true, answer: { actions }, url: 'https://app.test/voice' }
}

export function fakeWorld(
  o: { offer?: Uint8Array | undefined; fallbackReject?: boolean; reconnects?: number } = {},
): FakeWorld {
  const clock = fakeClock()
  const trace: string[] = []
  const streams: StreamSpec[] = []
  const receipts: object[] = []
  const decisions: FakeWorld['decisions'] = []
  const asked: FakeWorld['asked'] = []
  let events: SignallingEvents | undefined
  let onLeg: (event: FromMedia) => void = () => {}
  let playing: ((why: 'finished' | 'stopped') => void) | undefined
  let counter = 0
  const stopPlay = () => {
    trace.push('stopPlay')
    playing?.('stopped')
    playing = undefined
  }
  const app: CallApp = {
    config: appConfig(o.fallbackReject ?? false, o.reconnects ?? 0),
    decide: async (event) => {
      asked.push(event)
      return (decisions.length > 1 ? decisions.shift() : decisions[0]) ?? { ok: false, why: 'timeout' }
    },
    tell: async (event) => void trace.push(`tell ${event.type}`),
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
    keep: fakeKeep(trace, receipts),
    media: {
      open: async () => (trace.push('open'), { rtpPort: 20_000 }),
      connect: (_, audio) => trace.push(`connect ${audio.direction} ${audio.srtp?.suite}`),
      close: () => trace.push('close'),
      play: (_, ulaw) => {
        trace.push(`play ${ulaw.length}`)
        return new Promise((resolve) => (playing = resolve))
      },
      stopPlay,
      openStream: (_, spec) => (trace.push(`openStream ${spec.direction}`), streams.push(spec)),
      closeStream: (leg, stream) => {
        trace.push('closeStream')
        onLeg({ kind: 'stream.closed', leg, stream, why: 'closed-by-gateway', stats: noStats })
      },
      startRecording: async () => void trace.push('startRecording'),
      pauseRecording: () => trace.push('pauseRecording'),
      resumeRecording: () => trace.push('resumeRecording'),
      stopRecording: async () => (trace.push('stopRecording'), sealed),
      tellDigit: (_, digit) => trace.push(`tellDigit ${digit}`),
      stats: async () => ({
        packetsIn: 1,
        packetsOut: 1,
        lost: 0,
        jitterMs: 0,
        dropped: {},
        toAppP50Ms: 0,
        toAppP99Ms: 0,
      }),
      onLeg: (_, handler) => ((onLeg = handler), () => (onLeg = () => {})),
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
    security: {
      transport: 'tls',
      tlsVersion: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      group: 'X25519MLKEM768',
      sourceAddress: '127.0.0.1',
      authenticatedBy: ['address'],
    },
    srtp: { suites: ['AES_CM_128_HMAC_SHA1_80'], allowAvpWithCrypto: false },
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
    media: (event) => onLeg(event),
    finishPlay: () => {
      playing?.('finished')
      playing = undefined
    },
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

function fakeKeep(trace: string[], receipts: object[]): Keep {
  return {
    begin: async () => void trace.push('kept'),
    update: async (_, change) => {
      if (change.endReason !== undefined) trace.push(`ended ${change.endReason}`)
      if (change.receipt !== undefined) receipts.push(structuredClone(change.receipt))
    },
    story: () => {},
    audit: async (event) => void trace.push(`audit ${event.type}`),
    beginRecording: (_call, _tenant, id) => ({
      spec: { id, path: '/x', header: new Uint8Array(), dataKey: new Uint8Array(32), fsyncMs: 0 },
      keyRef: 'local:1',
      listed: Promise.resolve(),
    }),
    endRecording: async (_, outcome) => void trace.push(`listed ${outcome.state}`),
    ladder: () => [],
  }
}

function appConfig(reject: boolean, reconnects: number): AppConfig {
  return {
    id: 'agent',
    tenant: 'default',
    webhook: { url: 'https://app.test/voice', secrets: ['env:X'], timeoutMs: 5_000 },
    stream: {
      spkiPins: [],
      connectTimeoutMs: 1,
      pingIntervalMs: 1,
      pongTimeoutMs: 1,
      maxBufferedMs: 1,
      maxBehindMs: 1,
      reconnect: { attempts: reconnects, delayMs: 250 },
    },
    fallback: { reject },
  }
}
