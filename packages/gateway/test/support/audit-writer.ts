import { readFileSync } from 'node:fs'
import { openAudit } from '#audit'
import { auditStore, openDatabase } from '#db'
import { parseConfig, readSecret, Secret, silentLog, systemClock, type TenantId } from '#kernel'

// Run by audit-writers.e2e.test.ts: appends entries, several at a time, and says each one's index once it is durable, until it is killed.
// Its arguments: a folder for the embedded database, and a file with a `database` section when a server is meant.
const [, , dir = '', settingsFile, node = 'child'] = process.argv
const sip = { listen: [{ tls: { certFile: 'x', keyFile: 'x' } }] }
const section: unknown =
  settingsFile === undefined ? undefined : JSON.parse(readFileSync(settingsFile, 'utf8'))
const { database: config } = parseConfig(JSON.stringify({ dataDir: dir, sip, database: section }), 'test')
const server =
  config.kind === 'postgresql' ? { config, readPassword: readSecret, clock: systemClock } : undefined
const closed = (): never => {
  throw new Error('this test seals nothing')
}
const db = await openDatabase({ dir, log: silentLog, seal: { seal: closed, open: closed }, node, server })
const audit = openAudit({
  store: auditStore(db),
  clock: systemClock,
  log: silentLog,
  deployment: 'kill',
  numberKey: () => new Secret(new Uint8Array(32)),
})
const tenant = 'acme' as TenantId
const writers = 20

async function write(writer: number): Promise<never> {
  for (let n = 0; ; n++) {
    const mark = `${node}-${process.pid}-${writer}-${n}`
    const { index } = await audit.append({ type: 'test.kill', tenant, actor: 'child', fields: { mark } })
    process.stdout.write(`${index} ${mark}\n`)
  }
}
await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
