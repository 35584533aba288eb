import { Worker } from 'node:worker_threads'
import type { Finding } from './fuzz-one.ts'
import { boardHeaderBytes, type Order, type Report } from './order.ts'

export interface TargetResult {
  readonly runs: number
  readonly blocks: number
  readonly found: readonly Uint8Array[]
  readonly finding: Finding | undefined
  readonly needed: readonly Uint8Array[] | undefined
  readonly heapMb: number
}

const maxInputBytes = 128 * 1024
/** An input that is still being taken at this many looks in a row hangs: the slowest takes milliseconds. */
const looks = { everyMs: 500, most: 10 }
/** What a target may hold beyond what the coverage itself remembers. */
const maxHeapMb = 400

/** Runs a target in a thread of its own, which is ended when an input hangs it or its memory grows. */
export async function runTarget(order: Omit<Order, 'board'>): Promise<TargetResult> {
  const board = new SharedArrayBuffer(boardHeaderBytes + maxInputBytes)
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { ...order, board } satisfies Order,
  })
  const ended = Promise.withResolvers<TargetResult>()
  let runs = 0
  const give = (error: string, heapMb = 0) =>
    ended.resolve({
      runs,
      blocks: 0,
      found: [],
      needed: undefined,
      heapMb,
      finding: { input: current(board), error },
    })
  worker.on('message', (report: Report) => {
    runs = report.runs
    if (report.kind === 'done') ended.resolve(report)
    else if (report.heapMb > maxHeapMb)
      give(`the heap has grown to ${report.heapMb.toFixed(0)} MB`, report.heapMb)
  })
  worker.on('error', (error) =>
    give(`the thread ended: ${error instanceof Error ? error.message : String(error)}`),
  )
  let [since, seen] = [0, 0]
  const watch = setInterval(() => {
    const [, begunMs = 0] = new Float64Array(board, 0, 2)
    seen = begunMs > 0 && begunMs === since ? seen + 1 : 0
    since = begunMs
    if (seen >= looks.most) give('an input hangs')
  }, looks.everyMs)
  try {
    return await ended.promise
  } finally {
    clearInterval(watch)
    await worker.terminate()
  }
}

function current(board: SharedArrayBuffer): Uint8Array {
  const [length = 0] = new Float64Array(board, 0, 1)
  return new Uint8Array(board, boardHeaderBytes, length).slice()
}
