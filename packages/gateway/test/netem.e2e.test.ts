import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { LossyCall } from './support/lossy-call.ts'
import { openNamespace, withoutNetem } from './support/netem.ts'

/** What the kernel does to the packets of each call, and what share of them may be missing at the app at most. */
const matrix: Readonly<
  Record<string, { readonly netem: string; readonly missing: readonly [number, number] }>
> = {
  clean: { netem: 'delay 5ms', missing: [0, 0.02] },
  'loss-2': { netem: 'loss random 2%', missing: [0, 0.08] },
  'loss-10': { netem: 'loss random 10%', missing: [0.02, 0.22] },
  'jitter-20': { netem: 'delay 30ms 20ms', missing: [0, 0.05] },
  'jitter-80': { netem: 'delay 90ms 80ms', missing: [0, 0.5] }, // four packets are overtaken at a time
  reorder: { netem: 'delay 20ms reorder 25% 50%', missing: [0, 0.05] },
  duplicate: { netem: 'duplicate 10%', missing: [0, 0.02] },
  bursts: { netem: 'loss gemodel 2% 30%', missing: [0, 0.3] },
}
const timeoutMs = 55_000

describe('a call through a kernel that treats packets badly', { skip: withoutNetem() }, () => {
  let calls: Readonly<Record<string, LossyCall>> = {}
  const callOf = (name: string) => calls[name] ?? assert.fail(`${name} was not called`)

  before(async () => {
    using namespace = openNamespace(`voxkeep-netem-${process.pid}`)
    const rows = Object.entries(matrix).map(([name, { netem }]) => `${name}=${netem}`)
    const file = fileURLToPath(new URL('./support/netem-calls.ts', import.meta.url))
    calls = JSON.parse(await namespace.run(file, rows, AbortSignal.timeout(timeoutMs))) as typeof calls
  })

  for (const [name, { netem, missing }] of Object.entries(matrix)) {
    test(`${netem}: the app hears what arrived, each once, in order, and the call survives`, (t) => {
      const call = callOf(name)
      t.diagnostic(JSON.stringify(call))
      assert.equal(call.end, 'hung-up')
      assert.equal(call.disordered, 0)
      assert.equal(call.stepsBack, 0)
      const share = call.missing / (call.heard + call.missing)
      assert.ok(share >= missing[0] && share <= missing[1] + call.stalledMs / 2_500, `${share} is missing`)
      assert.ok(call.shiftMs <= 100 + call.stalledMs, `${call.shiftMs} ms`)
    })
  }

  test('the score of a call falls with what is done to it', () => {
    assert.ok(callOf('clean').mos > 4.2)
    assert.ok(callOf('loss-10').mos < callOf('clean').mos - 0.5)
    assert.ok(callOf('bursts').mos < callOf('clean').mos)
  })
})
