import {
  callerSpeech,
  placeCall,
  type CallEvent,
  type CallOptions,
  type CallResult,
} from '@voxkeep/softphone'
import { Command, Option } from 'commander'
import { keyPresses, talkMs } from './call-plan.ts'
import { callTarget, type TargetOptions } from './call-target.ts'
import { fail, progress, result } from './output.ts'
import { writeHeard } from './write-heard.ts'

interface Options extends TargetOptions {
  readonly from: string
  readonly to: string
  readonly wav?: string
  readonly out?: string
  readonly suite?: NonNullable<CallOptions['suites']>[number]
  readonly codec?: NonNullable<CallOptions['codecs']>[number]
  readonly dtmf?: string
  readonly seconds?: string
  readonly json?: true
}

export function callCommand(): Command {
  return new Command('call')
    .description('Place one encrypted test call: speak a WAV file, write down what is heard.')
    .option('-c, --config <file>', 'configuration of the gateway to call; its port and authority are used')
    .option('--host <host>', 'gateway to call, instead of --config')
    .option('--port <port>', 'its port for SIP over TLS')
    .option('--ca <file>', 'authority of its certificate (default: beside --config, else the system’s)')
    .option('--from <who>', 'caller: a number, a name or a SIP URI', 'softphone')
    .option('--to <who>', 'whom to call: a number, a name or a SIP URI', 'hello')
    .option('--wav <file>', 'what the caller says (default: a sentence that comes with Voxkeep)')
    .option('--out <file>', 'WAV file for what is heard')
    .addOption(
      new Option('--suite <suite>', 'offer only this SRTP suite').choices([
        'AEAD_AES_256_GCM',
        'AEAD_AES_128_GCM',
        'AES_256_CM_HMAC_SHA1_80',
        'AES_CM_128_HMAC_SHA1_80',
      ]),
    )
    .addOption(new Option('--codec <codec>', 'offer only this codec').choices(['PCMU', 'PCMA']))
    .option('--dtmf <keys>', 'keys to press, one each half second from the first second on')
    .option('--seconds <s>', 'hang up after so long (default: when everything is said)')
    .option('--json', 'print JSON')
    .action(call)
}

async function call(options: Options): Promise<void> {
  const target = callTarget(options)
  const speech = await callerSpeech(options.wav)
  const dtmf = keyPresses(options.dtmf ?? '')
  const hangupAfterMs = talkMs(options.seconds, speech.length, dtmf)
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort()
  process.once('SIGINT', interrupt)
  progress(`calling ${options.to} at ${target.host}:${target.port}`)
  const outcome = await placeCall({
    ...target,
    from: options.from,
    to: options.to,
    speech,
    dtmf,
    hangupAfterMs,
    signal: interrupted.signal,
    onEvent: (event) => progress(`  ${sentence(event, hangupAfterMs)}`),
    ...(options.suite && { suites: [options.suite] }),
    ...(options.codec && { codecs: [options.codec] }),
  }).finally(() => process.off('SIGINT', interrupt))
  if (options.out !== undefined && outcome.answered) writeHeard(options.out, outcome.heard)
  const { heard, ...facts } = outcome
  const heardMs = heard.length / 8
  result({ ...facts, heardMs }, options.json ?? false, () => describe(outcome, heardMs, options.out))
  if (!isOrderly(outcome)) fail(new Error(`the call failed: ${endText(outcome)}`))
}

function sentence(event: CallEvent, talkingMs: number): string {
  switch (event.kind) {
    case 'connected':
      return `connected: ${event.tls.protocol}, ${event.tls.cipher}, certificate verified`
    case 'ringing':
      return `ringing (${event.status})`
    case 'answered':
      return `answered after ${event.setupMs.toFixed(0)} ms: SRTP ${event.srtpSuite}; talking for ${(talkingMs / 1_000).toFixed(1)} s`
    case 'heard':
      return 'the other side is heard'
    case 'ended':
      return 'over'
  }
}

function describe(outcome: CallResult, heardMs: number, out: string | undefined): string {
  const { stats, tls } = outcome
  const dropped = Object.values(stats.dropped).reduce((sum, count) => sum + count, 0)
  const lines = [
    ['ended', endText(outcome)],
    ['signalling', `${tls.protocol}, ${tls.cipher}`],
    ['audio', `SRTP ${outcome.srtpSuite ?? 'none'}, ${outcome.codec ?? 'no codec'}`],
    ['set-up', outcome.setupMs === undefined ? 'not answered' : `${outcome.setupMs.toFixed(1)} ms`],
    [
      'packets',
      `${stats.packetsSent} sent, ${stats.packetsReceived} received, ${stats.packetsLost} lost, ${dropped} dropped`,
    ],
    ['jitter', `${stats.jitterMs.toFixed(2)} ms`],
    ['heard', `${(heardMs / 1_000).toFixed(1)} s${out === undefined ? '' : `, written to ${out}`}`],
  ]
  return lines.map(([name = '', text = '']) => `${name.padEnd(12)}${text}`).join('\n')
}

function isOrderly({ answered, end }: CallResult): boolean {
  return answered && (end.why === 'hung-up' || end.why === 'remote-hung-up')
}

function endText({ end }: CallResult): string {
  switch (end.why) {
    case 'hung-up':
      return 'hung up by the caller'
    case 'remote-hung-up':
      return 'hung up by the gateway'
    case 'cancelled':
      return 'cancelled before it was answered'
    case 'rejected':
      return `refused with ${end.status} ${end.reason}`
    case 'timeout':
      return 'nobody answered the INVITE (is this address in a trunk’s allowedAddresses?)'
    case 'connection-lost':
      return 'the gateway closed the connection (is this address in a trunk’s allowedAddresses?)'
    case 'answer-unusable':
      return `the answer cannot be used: ${end.reason}`
  }
}
