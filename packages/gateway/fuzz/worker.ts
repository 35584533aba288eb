import { parentPort, workerData } from 'node:worker_threads'
import { startCoverage } from './coverage.ts'
import { distil } from './distil.ts'
import { fuzzOne } from './fuzz-one.ts'
import { boardHeaderBytes, type Order, type Report } from './order.ts'
import { targets } from './targets.ts'

/** What the coverage guides: our code, and the library that checks what apps say. */
const isOurs = /\/packages\/(wire|gateway)\/(src|node)\/|\/zod\/v4\/core\/|\/asn1js\//

const order = workerData as Order
const target = targets.find(({ name }) => name === order.target)
const port = parentPort
if (target !== undefined && port !== null) {
  await target.prepare?.()
  const post = (report: Report) => port.postMessage(report)
  const until = performance.now() + order.seconds * 1_000
  const head = new Float64Array(order.board, 0, 2)
  const room = new Uint8Array(order.board, boardHeaderBytes)
  const heapMb = () => process.memoryUsage().heapUsed / 2 ** 20
  let runs = 0
  let toldAt = 0
  using coverage = startCoverage((url) => isOurs.test(url))
  const result = fuzzOne({
    target,
    corpus: order.corpus,
    seed: order.seed,
    coverage,
    about(input) {
      room.set(input.subarray(0, room.length))
      head[0] = Math.min(input.length, room.length)
      head[1] = performance.timeOrigin + performance.now()
      runs += 1
    },
    goesOn() {
      const now = performance.now()
      if (now - toldAt > 1_000) {
        toldAt = now
        post({ kind: 'progress', runs, heapMb: heapMb() })
      }
      return now < until
    },
  })
  head[1] = 0
  const blocks = coverage.blocks
  const isWanted = order.distil && result.finding === undefined
  const needed = isWanted ? distil(target, [...order.corpus, ...result.found], coverage) : undefined
  post({ kind: 'done', ...result, needed, blocks, heapMb: heapMb() })
}
