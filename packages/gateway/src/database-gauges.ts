import type { Database } from '#db'
import type { Metrics } from './metrics.ts'

export function databaseGauges(metrics: Metrics, database: Database): void {
  const help = 'connections to the database server, beside the one that keeps the node’s place'
  metrics.gauge('database_connections', help, () => database.load().connections)
  metrics.gauge('database_waiting', 'statements that wait for the database', () => database.load().waiting)
}
