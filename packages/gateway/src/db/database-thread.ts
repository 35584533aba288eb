import { parentPort, workerData } from 'node:worker_threads'
import { setImmediate } from 'node:timers/promises'
import type { PGlite } from '@electric-sql/pglite'
import { openCluster } from './cluster.ts'
import { pgFault } from './pg-fault.ts'
import type { DatabaseThreadData, FromDatabase, ToDatabase } from './protocol.ts'

// The database's own thread: queries in, rows out, one after the other. PGlite computes and waits for the disk
// synchronously, which is why it may not live on the thread that does signalling.
const port = parentPort
if (port === null) throw new Error('this file is run by openDatabase(), as a thread')
const say = (messages: readonly FromDatabase[]) => port.postMessage(messages)

/** One flush of the log makes this many statements durable at most; more would keep the first of them waiting. */
const maxBurst = 64
const queue: ToDatabase[] = []
let pumping = false
let inTransaction = false
let dirty = false

/**
 * Runs what is queued. Commits do not wait for the disk one by one (`synchronous_commit` is off): the statements of a burst share
 * one flush, and nobody is answered before it, so an answer still means "on disk".
 */
async function pump(cluster: PGlite): Promise<void> {
  if (pumping) return
  pumping = true
  while (queue.length > 0) {
    const answers: FromDatabase[] = []
    for (const message of queue.splice(0, maxBurst)) {
      // What came before a transaction does not wait for its end to be on disk, and is not answered without.
      if (dirty && isBegin(message)) answers.push(...(await flush(cluster, answers)))
      answers.push(await answer(cluster, message))
    }
    if (dirty && !inTransaction) answers.push(...(await flush(cluster, answers)))
    say(answers)
    await setImmediate() // lets the messages in that arrived meanwhile
  }
  pumping = false
}

async function answer(cluster: PGlite, message: ToDatabase): Promise<FromDatabase> {
  try {
    if (message.kind === 'close') {
      await flush(cluster, [])
      await cluster.close()
      port?.close()
      return { kind: 'rows', id: message.id, rows: [], affected: undefined }
    }
    if (message.kind === 'script') return await runScript(cluster, message)
    const result = await runQuery(cluster, message)
    note(message.sql)
    return { kind: 'rows', id: message.id, rows: result.rows, affected: result.affectedRows }
  } catch (error) {
    return { kind: 'failed', id: message.id, ...pgFault(error) }
  }
}

async function runQuery(
  cluster: PGlite,
  { sql, parameters, enter }: Extract<ToDatabase, { readonly kind: 'query' }>,
) {
  if (enter === undefined) return cluster.query(sql, [...parameters])
  try {
    await cluster.exec(`begin; ${enter}`)
    const result = await cluster.query(sql, [...parameters])
    await cluster.exec('commit')
    return result
  } catch (error) {
    await cluster.query('rollback').catch(() => {})
    throw error
  }
}

async function runScript(
  cluster: PGlite,
  { id, sql }: { readonly id: number; readonly sql: string },
): Promise<FromDatabase> {
  dirty = true
  try {
    const results = await cluster.exec(sql)
    return { kind: 'rows', id, rows: results.flatMap(({ rows }) => rows), affected: undefined }
  } catch (error) {
    // There is one session: a transaction that the script left open would take everybody's next statement with it.
    await cluster.query('rollback').catch(() => {})
    throw error
  }
}

function wordOf(sql: string): string | undefined {
  return /^\s*(\w+)/.exec(sql)?.[1]?.toLowerCase()
}

function isBegin(message: ToDatabase): boolean {
  return message.kind === 'query' && wordOf(message.sql) === 'begin'
}

function note(sql: string): void {
  const word = wordOf(sql)
  if (word === 'begin') inTransaction = true
  else if (word === 'commit' || word === 'rollback') inTransaction = false
  if (word !== 'select' && word !== 'begin' && word !== 'rollback') dirty = true
}

/** Forces the log to disk. When that fails nobody's write is known to be safe, so every answer of the burst becomes a failure. */
async function flush(cluster: PGlite, answers: FromDatabase[]): Promise<FromDatabase[]> {
  try {
    await cluster.query("select pg_logical_emit_message(false, 'voxkeep', '', true)")
    dirty = false
    return []
  } catch (error) {
    const failed = answers.splice(0)
    return failed.map((message) => ({
      kind: 'failed',
      id: 'id' in message ? message.id : undefined,
      ...pgFault(error),
    }))
  }
}

try {
  const { dir } = workerData as DatabaseThreadData
  const cluster = await openCluster(dir)
  port.on('message', (messages: readonly ToDatabase[]) => {
    queue.push(...messages)
    void pump(cluster)
  })
  say([{ kind: 'ready' }])
} catch (error) {
  say([{ kind: 'failed', id: undefined, ...pgFault(error) }])
  port.close()
}
