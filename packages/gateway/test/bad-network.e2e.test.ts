import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { badNetwork, type BadNetwork, type Impairment } from './support/bad-network.ts'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { lossyCall, type LossyCall } from './support/lossy-call.ts'
import { timeStream, type TimedStream } from './support/timed-stream.ts'

const durationMs = 6_000
/** From clean to hopeless; each is a call of its own, all at once. */
const matrix: Readonly<Record<string, Impairment>> = {
  clean: {},
  'loss-2': { loss: 0.02 },
  'loss-10': { loss: 0.1 },
  'jitter-20': { jitterMs: 20 },
  'jitter-80': { jitterMs: 80 },
  'jitter-80-loss-2': { jitterMs: 80, loss: 0.02 },
  reorder: { reorder: 0.1 },
  duplicate: { duplicate: 0.1 },
  bursts: { burst: { begins: 0.02, ends: 0.3 } },
  everything: {
    loss: 0.02,
    jitterMs: 40,
    reorder: 0.05,
    duplicate: 0.05,
    burst: { begins: 0.01, ends: 0.4 },
  },
}

/** Frames that may be missing, or out of place by, for what held the phone up itself. */
function slackOf({ stalledMs }: LossyCall): number {
  return Math.ceil(stalledMs / 20)
}

/** Frames that were let go because the first ones came late: the timeline then lay too late by as much. */
function letGoOf({ shiftMs }: LossyCall): number {
  return Math.ceil(shiftMs / 20)
}

describe('a call over a bad network', () => {
  let gateway: GatewayProcess
  const streams = new Map<string, TimedStream>()
  const results = new Map<string, { readonly call: LossyCall; readonly network: BadNetwork }>()
  const resultOf = (name: string) => results.get(name) ?? assert.fail(`${name} was not called`)

  before(async () => {
    gateway = await startGateway({
      scopes: ['calls:read'],
      takeStream: (to, socket) => (streams.set(to, timeStream(socket)), true),
    })
    await Promise.all(
      Object.entries(matrix).map(async ([name, impairment], seed) => {
        const network = badNetwork(impairment, 1_000 + seed)
        const call = await lossyCall(gateway, streams, name, { durationMs, network })
        results.set(name, { call, network })
      }),
    )
  })
  after(() => gateway[Symbol.asyncDispose]())

  for (const name of Object.keys(matrix)) {
    test(`${name}: the app hears all that arrived, each once, in order, where it was spoken`, (t) => {
      const { call, network } = resultOf(name)
      t.diagnostic(JSON.stringify({ ...call, onTheWay: network.lost.length }))
      assert.equal(call.end, 'hung-up')
      assert.equal(call.disordered, 0)
      assert.equal(call.stepsBack, 0)
      // The app's stream opens a moment after the phone begins; from there on only what the network lost is missing, but for
      // what a phone that was held up made late.
      const lost = network.lost.filter((number) => number > call.first && number < call.last).length
      assert.ok(call.first < 75 && call.last >= network.packets - 15, `${call.first} to ${call.last}`)
      assert.ok(
        call.missing >= lost && call.missing <= lost + slackOf(call) + letGoOf(call),
        `${call.missing} missing, ${lost} lost`,
      )
      assert.ok(
        Math.abs(call.lost - network.lost.length) <= 5,
        `${call.lost} counted, ${network.lost.length} lost`,
      )
    })
  }

  test('none of it moves a packet on the timeline', () => {
    for (const name of Object.keys(matrix)) {
      const { call } = resultOf(name)
      // Jitter and loss together may leave the track so far behind that it shifts, by up to three frames.
      const shiftMs = name.startsWith('jitter') || name === 'everything' ? 60 : 0
      assert.ok(call.shiftMs <= shiftMs + 20 * slackOf(call), `${name}: ${call.shiftMs} ms`)
    }
  })

  test('the score of a call falls with what is done to it', () => {
    const mos = (name: string) => resultOf(name).call.mos
    assert.ok(mos('clean') > 4.2, `${mos('clean')}`)
    for (const [better, worse] of [
      ['clean', 'loss-2'],
      ['loss-2', 'loss-10'],
      ['clean', 'bursts'],
      ['clean', 'everything'],
      ['jitter-80', 'jitter-80-loss-2'],
    ] as const) {
      assert.ok(mos(better) > mos(worse) + 0.1, `${better} ${mos(better)}, ${worse} ${mos(worse)}`)
    }
    assert.ok(mos('reorder') > 4 && mos('duplicate') > 4)
  })
})
