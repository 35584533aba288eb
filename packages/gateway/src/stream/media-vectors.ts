import { mediaWire } from './media-wire.ts'
import type { AppMessage, Outgoing, StreamWire } from './wire.ts'

/** For tests: one conversation over `voxkeep.media.v1` and what each side makes of it, as `spec/vectors/media/media-v1.json` has it. */

interface VectorCase {
  readonly name: string
  readonly options?: Readonly<Record<string, unknown>>
  /** In the order in which they go over the socket. */
  readonly steps: readonly VectorStep[]
}

/** Text as it is, bytes in hex. */
type Wired = { readonly text: unknown } | { readonly hex: string }

type VectorStep =
  | { readonly from: 'gateway'; readonly does: string; readonly sends: readonly Wired[] }
  | {
      readonly from: 'app'
      readonly sends: Wired
      readonly means: readonly string[]
      readonly answers: readonly Wired[]
    }

const start = {
  accountSid: `AC${'a'.repeat(32)}`,
  callSid: `CA${'b'.repeat(32)}`,
  streamSid: `MZ${'c'.repeat(32)}`,
  customParameters: { customer: '42' },
}
const about = {
  stream_id: 'strm_018bcfe5680001010101010101010101',
  call_id: 'call_018bcfe5680002020202020202020202',
  leg_id: 'leg_018bcfe5680003030303030303030303',
  direction: 'inbound',
  from: '+12125550100',
  to: '+12125550199',
  identity: { status: 'passed', attestation: 'A' },
  transport: { sip_tls: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', group: 'X25519' },
  srtp: 'AEAD_AES_256_GCM',
  resume_id: 'cmVzdW1lLWlk',
}
const band = { hearsWide: false, saysWide: false }
const ulaw = (bytes: number, from = 0) => Uint8Array.from({ length: bytes }, (_, i) => (from + i) % 256)

export function mediaVectors(): readonly VectorCase[] {
  return [plain(), wide(), faults(), resumed(), raw()]
}

function open(options: Readonly<Record<string, unknown>>) {
  const wire = mediaWire({ name: 'voxkeep', about, options }, start, 'both', band)
  const steps: VectorStep[] = []
  const gateway = (does: string, sends: readonly (Outgoing | undefined)[]) =>
    steps.push({ from: 'gateway', does, sends: sends.filter((each) => each !== undefined).map(wired) })
  const app = (message: object | Uint8Array) => steps.push(take(wire, message))
  gateway('begin', wire.begin())
  return { wire, steps, gateway, app }
}

function take(wire: StreamWire, message: object | Uint8Array): VectorStep {
  const isText = !(message instanceof Uint8Array)
  const bytes = isText ? Buffer.from(JSON.stringify(message)) : Buffer.from(message)
  const read = wire.read(bytes, isText)
  const answers = read.flatMap((each): readonly (Outgoing | undefined)[] => {
    if (each.kind === 'reply') return [each.message]
    if (each.kind === 'resumed') return each.messages
    return each.kind === 'clear' ? [each.reply?.(120)] : []
  })
  return {
    from: 'app',
    sends: isText ? { text: message } : { hex: Buffer.from(message).toString('hex') },
    means: read.map(meaning),
    answers: answers.filter((each) => each !== undefined).map(wired),
  }
}

function meaning(message: AppMessage): string {
  switch (message.kind) {
    case 'audio':
      return `audio ${Buffer.from(message.ulaw).toString('hex')}`
    case 'mark':
      return `mark ${message.name}`
    case 'said':
      return `said ${JSON.stringify(message.message)}`
    case 'warning':
      return `warning ${message.code}`
    case 'clear':
    case 'reply':
    case 'resumed':
    case 'end':
    case 'ignored':
      return message.kind
  }
}

function wired(message: Outgoing): Wired {
  return typeof message === 'string'
    ? { text: JSON.parse(message) as unknown }
    : { hex: Buffer.from(message).toString('hex') }
}

/** The app's frame of a number. */
function frame(seq: number, audio: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(12 + audio.length)
  bytes[0] = 0x10
  bytes.writeUInt32BE(seq, 4)
  bytes.writeUInt32BE(20 * seq, 8)
  bytes.set(audio, 12)
  return bytes
}

function plain(): VectorCase {
  const options = { token: 'one-time' }
  const { wire, steps, gateway, app } = open(options)
  gateway('audio', [wire.audio('inbound', ulaw(160), 0)])
  app(frame(1, ulaw(40)))
  app({ type: 'mark', seq: 2, name: 'sentence 1' })
  gateway('mark played', [wire.mark('sentence 1', 'played', 5)])
  gateway('dtmf', [wire.dtmf('5', 120)])
  app({ type: 'clear', seq: 3, id: 'c1' })
  app({ type: 'command', seq: 4, id: 'x1', commands: [{ type: 'hangup' }] })
  gateway('ack', [wire.tell?.({ kind: 'message', message: { type: 'ack', id: 'x1', status: 'accepted' } })])
  gateway('playback high', [wire.tell?.({ kind: 'playback', state: 'high', bufferedMs: 30_020 })])
  gateway('privacy', [wire.tell?.({ kind: 'privacy', state: 'secure', why: 'audio-withheld' })])
  gateway('privacy', [wire.tell?.({ kind: 'privacy', state: 'open', why: 'ended' })])
  gateway('privacy', [wire.tell?.({ kind: 'privacy', state: 'held', why: 'words-judged-first' })])
  const stretch = { track: 'inbound', fromMs: 0, toMs: 20 } as const
  gateway('privacy', [wire.tell?.({ kind: 'privacy', state: 'overwritten', why: 'card', ...stretch })])
  gateway('gap', [wire.tell?.({ kind: 'gap', track: 'inbound', fromMs: 20, toMs: 60, why: 'lost' })])
  gateway('audio after the gap', [wire.audio('inbound', ulaw(160, 100), 60)])
  gateway('warning', [wire.tell?.({ kind: 'warning', code: 'app-buffer-full' })])
  gateway('stop', wire.stop('closed-by-gateway'))
  return { name: 'a conversation in µ-law', options, steps }
}

function wide(): VectorCase {
  const options = { encoding: 'pcma', frame_ms: 40 }
  const { wire, steps, gateway, app } = open(options)
  gateway('audio that waits for more', [wire.audio('inbound', ulaw(160), 0)])
  gateway('audio', [wire.audio('inbound', ulaw(160, 160), 20)])
  app(frame(1, ulaw(40)))
  gateway('stop', wire.stop('closed-by-gateway'))
  return { name: 'A-law, 40 ms a frame', options, steps }
}

function faults(): VectorCase {
  const { steps, app } = open({})
  app({ type: 'sing' })
  app({ type: 'mark' })
  app(Uint8Array.of(1, 2, 3))
  app(frame(7, ulaw(8)))
  app(frame(7, ulaw(8)))
  app({ type: 'resume', resume_id: about.resume_id, last_seq: 1 })
  return { name: 'what is not understood, and what comes twice', steps }
}

function resumed(): VectorCase {
  const { wire, steps, gateway, app } = open({})
  gateway('audio', [wire.audio('inbound', ulaw(16), 0)])
  app(frame(1, ulaw(8)))
  wire.resume?.lost()
  gateway('audio while the app is away: kept', [wire.audio('inbound', ulaw(16, 16), 20)])
  gateway('mark while the app is away: kept', [wire.mark('m', 'played', 1)])
  gateway('begin again', wire.begin())
  app({ type: 'resume', resume_id: 'another', last_seq: 2 })
  app({ type: 'resume', resume_id: about.resume_id, last_seq: 1 })
  app(frame(1, ulaw(8)))
  app(frame(2, ulaw(8)))
  gateway('audio', [wire.audio('inbound', ulaw(16, 32), 40)])
  return { name: 'a connection that broke', steps }
}

function raw(): VectorCase {
  const options = { framing: 'raw' }
  const { wire, steps, gateway, app } = open(options)
  gateway('audio', [wire.audio('inbound', ulaw(16), 0)])
  app(ulaw(8))
  return { name: 'audio without headers', options, steps }
}
