import type { CallDetail, DemoFacts } from './facts.ts'

const startedMs = Date.UTC(2026, 10, 21, 12)
const at = (ms: number) => new Date(startedMs + ms).toISOString()
const sha256 = 'ab'.repeat(32)
const match = { lagSamples: 400, correlation: 0.9991, slips: 0 }
const tone = Int16Array.from({ length: 8_000 }, (_, i) => 9_000 * Math.sin(i / 9))

const call: CallDetail = {
  id: 'call_01',
  call_sid: 'CA01',
  variables: {},
  app: 'app',
  trunk: 'phones',
  direction: 'inbound',
  from: '+12025550143',
  to: '+12025550187',
  state: 'ended',
  end_reason: 'caller-hung-up',
  started_at: at(1),
  answered_at: at(30),
  ended_at: at(5_000),
  ladder: [
    { atMs: startedMs, direction: 'received', what: 'INVITE', cseq: '1 INVITE', bodyBytes: 581 },
    { atMs: startedMs + 2, direction: 'sent', what: '180', cseq: '1 INVITE', bodyBytes: 0 },
    { atMs: startedMs + 25, direction: 'sent', what: '200', cseq: '1 INVITE', bodyBytes: 316 },
    { atMs: startedMs + 27, direction: 'received', what: 'ACK', cseq: '1 ACK', bodyBytes: 0 },
    { atMs: startedMs + 5_000, direction: 'received', what: 'BYE', cseq: '2 BYE', bodyBytes: 0 },
  ],
  story: [
    { at: at(20), kind: 'decision', fields: { type: 'call.incoming', host: 'app:1', outcome: 'answered' } },
    { at: at(21), kind: 'command', fields: { type: 'answer' } },
    { at: at(26), kind: 'command', fields: { type: 'stream' } },
    { at: at(28), kind: 'recording.started', fields: { recording: 'rec_01' } },
    { at: at(30), kind: 'media.started', fields: {} },
    { at: at(40), kind: 'stream.opened', fields: { tls: 'TLSv1.3' } },
    { at: at(5_000), kind: 'ended', fields: { reason: 'caller-hung-up' } },
    { at: at(5_020), kind: 'recording.sealed', fields: { segments: 6 } },
  ],
  receipt: {
    sip: { tlsVersion: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', group: '', authenticatedBy: ['address'] },
    srtp: { suite: 'AEAD_AES_256_GCM' },
    webhooks: [{ type: 'call.incoming', host: 'app:1', signedBy: ['secret 01'], outcome: 'answered' }],
    streams: [
      {
        host: 'app:1',
        tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', group: 'X25519MLKEM768' },
        end: 'closed-by-gateway',
        stats: { framesIn: 248, framesOut: 240, framesDropped: 0 },
      },
    ],
    recordings: [{ id: 'rec_01', keyRef: 'local:1', state: 'sealed', sha256 }],
    endReason: 'caller-hung-up',
  },
}

/** What a demo finds out when all is well. */
export function sampleFacts(): DemoFacts {
  return {
    steps: [
      { title: 'first', atMs: 0 },
      { title: 'last', atMs: 20_000 },
    ],
    spoken: tone,
    phone: {
      answered: true,
      setupMs: 25.4,
      tls: { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', group: 'X25519', peerNames: 'DNS:a' },
      srtpSuite: 'AEAD_AES_256_GCM',
      codec: 'PCMU',
      end: { why: 'hung-up' },
      stats: {
        packetsSent: 250,
        packetsReceived: 248,
        packetsLost: 0,
        jitterMs: 0.5,
        framesConcealed: 0,
        rtcpReceived: 1,
        dropped: {},
      },
      heard: tone,
    },
    roundTrips: { matched: 200, p50Ms: 2.345, p99Ms: 7.891 },
    call,
    app: { webhooks: 6, refused: 2, calls: 1, streams: 1, framesIn: 248, framesOut: 248 },
    heard: match,
    recording: {
      row: {
        id: 'rec_01',
        recording_sid: 'RE01',
        channels: 2,
        segments: 6,
        key_ref: 'local:1',
        call_id: 'call_01',
        state: 'sealed',
        started_at: at(28),
        ended_at: at(5_010),
        duration_ms: 4_980,
        bytes: 80_000,
        sha256,
        replaces: null,
        replaced_by: null,
      },
      fileSha256: sha256,
      fileBytes: 80_000,
      left: tone,
      right: tone,
      leftMatch: match,
      rightMatch: match,
    },
    trail: [
      { index: 1, at: at(1), type: 'call.received', actor: 'gateway', fields: {}, hash: 'cd'.repeat(32) },
      {
        index: 2,
        at: at(5_020),
        type: 'recording.sealed',
        actor: 'gateway',
        fields: { sha256 },
        hash: 'ef'.repeat(32),
      },
    ],
    hashes: { checked: 2, broken: 0 },
    attempts: [{ what: 'a forged webhook', refused: true, how: 'answered 401' }],
    search: { files: 10, bytes: 4e7, needles: 900, control: { planted: 900, found: 900 }, findings: [] },
    gatewayExit: 0,
  }
}
