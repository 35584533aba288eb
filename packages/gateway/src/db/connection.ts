import { Worker } from 'node:worker_threads'
import { DbError } from './error.ts'
import { asDbError } from './pg-fault.ts'
import type { DatabaseThreadData, FromDatabase, ToDatabase } from './protocol.ts'

export interface QueryRows {
  readonly rows: readonly unknown[]
  readonly affected: number | undefined
}

/** The main thread's end of the database thread. */
export interface Connection {
  /**
   * Runs one statement. Rejects with `DbError`.
   *
   * @param enter - Statements to run before it, in a transaction around it that is rolled back unless all goes well.
   */
  query(sql: string, parameters: readonly unknown[], enter?: string): Promise<QueryRows>
  /** Runs several statements, which may have a transaction of their own; all their rows. Rejects with `DbError`, with nothing left open. */
  script(sql: string): Promise<QueryRows>
  /** Statements that are not answered yet. */
  readonly waiting: number
  /** Closes the database and its thread. Again: nothing. */
  close(): Promise<void>
  /** Resolves, with why, if the thread dies unasked; from then on every query rejects. */
  readonly lost: Promise<DbError>
}

/** Far above what a healthy gateway has under way; a queue this long means that the disk stands still. */
const maxWaiting = 10_000

/** Starts the thread; resolves when the database has recovered and takes queries. Rejects with `DbError`. */
export async function startDatabaseThread(
  data: DatabaseThreadData,
  file = new URL('./database-thread.ts', import.meta.url),
): Promise<Connection> {
  const thread = new Worker(file, { workerData: data, name: 'voxkeep-db' })
  const waiting = new Map<number, PromiseWithResolvers<QueryRows>>()
  const started = Promise.withResolvers<void>()
  const lost = Promise.withResolvers<DbError>()
  let nextId = 0
  let unsent: ToDatabase[] = []
  let closed: DbError | undefined
  let closing: Promise<void> | undefined

  const end = (error: DbError) => {
    if (closed) return
    closed = error
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    started.reject(error)
    if (!closing) lost.resolve(error)
  }
  const take = (message: FromDatabase) => {
    switch (message.kind) {
      case 'ready':
        return started.resolve()
      case 'rows':
        waiting.get(message.id)?.resolve(message)
        return void waiting.delete(message.id)
      case 'failed':
        if (message.id === undefined) return end(asDbError(message))
        waiting.get(message.id)?.reject(asDbError(message))
        waiting.delete(message.id)
    }
  }
  thread.on('message', (messages: readonly FromDatabase[]) => {
    for (const message of messages) take(message)
  })
  thread.on('error', (cause) => end(new DbError('DB_FAILED', 'the database thread failed', { cause })))
  thread.on('exit', () => end(new DbError('DB_CLOSED', 'the database is closed')))

  /** Everything that is asked for in one turn goes over as one message, and so shares one flush of the log. */
  const send = () => {
    const messages = unsent
    unsent = []
    try {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window
      thread.postMessage(messages)
    } catch (cause) {
      const error = new DbError('DB_FAILED', 'a query cannot be handed to the database thread', { cause })
      for (const { id } of messages) {
        waiting.get(id)?.reject(error)
        waiting.delete(id)
      }
    }
  }
  const ask = (message: (id: number) => ToDatabase): Promise<QueryRows> => {
    if (closed) return Promise.reject(closed)
    const id = nextId++
    const answer = Promise.withResolvers<QueryRows>()
    waiting.set(id, answer)
    if (unsent.push(message(id)) === 1) process.nextTick(send)
    return answer.promise
  }
  const askIfOpen: typeof ask = (message) => {
    if (closing) return Promise.reject(new DbError('DB_CLOSED', 'the database is closed'))
    if (waiting.size >= maxWaiting)
      return Promise.reject(new DbError('DB_OVERLOADED', 'too many queries wait for the database'))
    return ask(message)
  }
  await started.promise
  return {
    query: (sql, parameters, enter) =>
      askIfOpen((id) => ({ kind: 'query', id, sql, parameters, ...(enter !== undefined && { enter }) })),
    script: (sql) => askIfOpen((id) => ({ kind: 'script', id, sql })),
    close() {
      closing ??= ask((id) => ({ kind: 'close', id })).then(
        () => void thread.terminate(),
        () => void thread.terminate(),
      )
      return closing
    },
    get waiting() {
      return waiting.size
    },
    lost: lost.promise,
  }
}
