import { parentPort, workerData } from 'node:worker_threads'
import type { PGlite } from '@electric-sql/pglite'
import { openCluster } from './cluster.ts'
import type { DatabaseThreadData, FromDatabase, ToDatabase } from './protocol.ts'

// The database's own thread: queries in, rows out, one after the other. PGlite computes and waits for the disk
// synchronously, which is why it may not live on the thread that does signalling.
const port = parentPort
if (port === null) throw new Error('this file is run by openDatabase(), as a thread')
const say = (message: FromDatabase) => port.postMessage(message)

async function answer(cluster: PGlite, message: ToDatabase): Promise<void> {
  switch (message.kind) {
    case 'query': {
      const result = await cluster.query(message.sql, [...message.parameters])
      say({ kind: 'rows', id: message.id, rows: result.rows, affected: result.affectedRows })
      return
    }
    case 'close':
      await cluster.close()
      say({ kind: 'rows', id: message.id, rows: [], affected: undefined })
      port?.close()
  }
}

function describe(error: unknown): { sqlState: string; message: string } {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const sqlState = typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : 'XX000'
  // Only faults of the statement itself are told in PostgreSQL's words: the others may quote values.
  const ours = sqlState.startsWith('42') || sqlState === 'XX000'
  return { sqlState, message: ours && typeof message === 'string' ? message.slice(0, 300) : '' }
}

try {
  const { dir } = workerData as DatabaseThreadData
  const cluster = await openCluster(dir)
  port.on('message', (message: ToDatabase) => {
    answer(cluster, message).catch((error: unknown) =>
      say({ kind: 'failed', id: message.id, ...describe(error) }),
    )
  })
  say({ kind: 'ready' })
} catch (error) {
  say({ kind: 'failed', id: undefined, ...describe(error) })
  port.close()
}
