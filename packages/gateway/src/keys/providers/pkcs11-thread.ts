import { Worker } from 'node:worker_threads'
import { KeyError } from '#keys'
import { wait, type Clock } from '#kernel'
import type { Pkcs11Answer, Pkcs11Request, Pkcs11WorkerData } from './pkcs11-protocol.ts'

/** The thread of one module, from outside. */
export interface Pkcs11Thread extends AsyncDisposable {
  /** Rejects with `KeyError`; `KEY_UNAVAILABLE` when there is no answer in time, or when too much waits already. */
  ask(request: Pkcs11Request): Promise<unknown>
}

interface Waiting {
  resolve(value: unknown): void
  reject(error: KeyError): void
  readonly cancel: () => void
}

const maxWaiting = 64 // a token that hangs must not gather callers
const closeMs = 2_000

/** Starts the thread when it is first needed, and anew when it ended. */
export function pkcs11Thread(o: {
  readonly data: () => Pkcs11WorkerData
  readonly timeoutMs: number
  readonly clock: Clock
}): Pkcs11Thread {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let lastId = 0
  const settle = (id: number): Waiting | undefined => {
    const one = waiting.get(id)
    waiting.delete(id)
    one?.cancel()
    return one
  }
  const lose = (own: Worker) => {
    if (worker !== own) return // its error was told already, and another may be at work
    worker = undefined
    for (const id of waiting.keys())
      settle(id)?.reject(new KeyError('KEY_UNAVAILABLE', 'the PKCS#11 module ended'))
  }
  const start = (): Worker => {
    const own = new Worker(new URL('./pkcs11-worker.ts', import.meta.url), { workerData: o.data() })
    own.unref()
    own.on('message', (answer: Pkcs11Answer) => {
      const one = settle(answer.id)
      if (answer.ok) one?.resolve(answer.value)
      else one?.reject(new KeyError(answer.code, answer.message))
    })
    own.on('error', () => lose(own))
    own.on('exit', () => lose(own))
    return own
  }
  const ask = (request: Pkcs11Request, timeoutMs: number) => {
    if (waiting.size >= maxWaiting)
      throw new KeyError('KEY_UNAVAILABLE', 'too many wait for the token already')
    const id = ++lastId
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const cancel = o.clock.set(timeoutMs, () => {
      settle(id)?.reject(new KeyError('KEY_UNAVAILABLE', 'the token does not answer'))
    })
    waiting.set(id, { resolve, reject, cancel })
    worker ??= start()
    worker.postMessage({ id, request }, [])
    return promise
  }
  return {
    ask: async (request) => ask(request, o.timeoutMs),
    async [Symbol.asyncDispose]() {
      const own = worker
      if (own === undefined) return
      await ask({ op: 'close' }, closeMs).catch(() => {})
      // A module that hangs cannot be ended from here; it goes with the process.
      await Promise.race([own.terminate(), wait(o.clock, closeMs)])
    },
  }
}
