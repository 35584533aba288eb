import assert from 'node:assert/strict'
import { placeCall } from '@voxkeep/softphone'
import type { BadNetwork } from './bad-network.ts'
import type { GatewayProcess } from './gateway-process.ts'
import { gapsIn, numberedSpeech } from './numbered-speech.ts'
import type { TimedStream } from './timed-stream.ts'

/** What came of a call over a bad network. */
export interface LossyCall {
  readonly end: string
  /** For how long the phone, on a busy machine, sent nothing that it should have. */
  readonly stalledMs: number
  /** The first and the last numbered frame that the app heard. */
  readonly first: number
  readonly last: number
  /** Numbered frames that the app heard. */
  readonly heard: number
  readonly missing: number
  readonly disordered: number
  /** How far frames lie apart, at most, from where they were spoken, in ms. */
  readonly shiftMs: number
  /** Where the stream's own time went back or stood. */
  readonly stepsBack: number
  readonly mos: number
  readonly lost: number
}

const timesMs = 20
/** A timer of a process that shares its machine is no later than this. */
const punctualMs = 35

/** Calls the gateway for so long; `network` is what the phone's packets go through, where the kernel's does not do. */
export async function lossyCall(
  gateway: GatewayProcess,
  streams: ReadonlyMap<string, TimedStream>,
  to: string,
  o: { readonly durationMs: number; readonly network?: BadNetwork },
): Promise<LossyCall> {
  const { network } = o
  let stalledMs = 0
  let lastMs: number | undefined
  const { end } = await placeCall({
    host: '127.0.0.1',
    port: gateway.sipPort,
    ca: gateway.deployment.caPem,
    from: '+12025550142',
    to,
    speech: numberedSpeech().speech,
    hangupAfterMs: o.durationMs,
    onSent() {
      const nowMs = performance.now()
      stalledMs += Math.max(0, nowMs - (lastMs ?? nowMs) - punctualMs)
      lastMs = nowMs
    },
    ...(network && { onWire: (datagram, send) => network.send(datagram, send) }),
  })
  const call = gateway.app.call(to)
  await call.told('call.ended')
  const { story } = await gateway.api.calls.get(await call.id())
  const statistics = story.find(({ kind }) => kind === 'statistics')?.fields ?? {}
  const stream = streams.get(to)
  assert.ok(stream !== undefined, `no stream came for ${to}`)
  return {
    end: end.why,
    stalledMs: Math.round(stalledMs),
    mos: Number(statistics['mos']),
    lost: Number(statistics['lost']),
    ...judge(stream),
  }
}

type Judgement = Omit<LossyCall, 'end' | 'stalledMs' | 'mos' | 'lost'>

function judge({ heard }: TimedStream): Judgement {
  const numbers = heard.flatMap((frame) => frame.numbers)
  const places = heard.flatMap(({ timestampMs, numbers: [number] }) =>
    number === undefined ? [] : [timestampMs - number * timesMs],
  )
  const stepsBack = heard.filter(
    ({ timestampMs }, i) => i > 0 && timestampMs < (heard[i - 1]?.timestampMs ?? 0) + timesMs,
  ).length
  return {
    heard: numbers.length,
    first: numbers[0] ?? 0,
    last: numbers.at(-1) ?? 0,
    ...gapsIn(numbers),
    shiftMs: Math.max(...places) - Math.min(...places),
    stepsBack,
  }
}
