import type { Log } from '#kernel'
import type { FromMedia, MediaValue, ToMedia } from './contract.ts'
import { MediaError } from './media-error.ts'

/** One media thread, as the main thread sees it. */
export interface Port {
  postMessage(message: ToMedia): void
  on(event: 'message', listener: (message: FromMedia) => void): void
  on(event: 'error', listener: (error: Error) => void): void
  on(event: 'exit', listener: (code: number) => void): void
  terminate(): Promise<unknown>
}

type Command = ToMedia extends infer M ? (M extends { request: number } ? Omit<M, 'request'> : never) : never

export interface WorkerLink {
  readonly ready: Promise<void>
  readonly alive: boolean
  post(message: ToMedia): void
  /** Resolves with the worker's answer; rejects with `MediaError`, also when the worker dies before it answers. */
  request(command: Command): Promise<MediaValue | undefined>
  terminate(): Promise<void>
}

/** Pairs requests with answers over one worker's port, and notices its death. */
export function workerLink(
  port: Port,
  handlers: { onEvent(event: FromMedia): void; onDeath(): void; log: Log },
): WorkerLink {
  const pending = new Map<number, PromiseWithResolvers<MediaValue | undefined>>()
  const ready = Promise.withResolvers<void>()
  ready.promise.catch(() => {}) // who waits for it is told; nobody has to
  let nextRequest = 1
  let alive = true

  function die(): void {
    if (!alive) return
    alive = false
    const error = new MediaError('WORKER_DIED', 'the media worker died')
    ready.reject(error)
    for (const waiting of pending.values()) waiting.reject(error)
    pending.clear()
    handlers.onDeath()
  }

  port.on('message', (message) => {
    if (message.kind === 'ready') return ready.resolve()
    if (message.kind !== 'done' && message.kind !== 'failed') return handlers.onEvent(message)
    const waiting = pending.get(message.request)
    pending.delete(message.request)
    if (message.kind === 'done') waiting?.resolve(message.value)
    else waiting?.reject(new MediaError(message.code, message.message))
  })
  port.on('error', (error) => {
    handlers.log.error('media worker failed', { error })
    die()
  })
  port.on('exit', die)

  return {
    ready: ready.promise,
    get alive() {
      return alive
    },
    post(message) {
      if (alive) port.postMessage(message)
    },
    request(command) {
      if (!alive) return Promise.reject(new MediaError('WORKER_DIED', 'the media worker died'))
      const request = nextRequest++
      const waiting = Promise.withResolvers<MediaValue | undefined>()
      pending.set(request, waiting)
      port.postMessage({ ...command, request })
      return waiting.promise
    },
    async terminate() {
      await port.terminate()
    },
  }
}
