import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { openLog, parseConfig, silentLog, type TenantId } from '#kernel'
import { checkLedger, type Said } from './keep-ledger.ts'
import { openKept, record, settleKept, tenants, type Kept } from './kept.ts'

// Run by keep-kills.ts: opens what the one before left, compares it with what was said of it (`all`: with everything), then keeps more, saying
// each thing once it is done, until it is killed.
const [configFile = '', ledgerFile = '', how = 'work'] = process.argv.slice(2)
const say = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`)
const config = parseConfig(readFileSync(configFile, 'utf8'), configFile)
const log = process.env['KEEP_KILL_LOG']
  ? openLog('warn', (line) => void process.stderr.write(line))
  : silentLog

await using kept = await openKept(config, log)
await settleKept(kept)
const said = readFileSync(ledgerFile, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Said)
const left = await kept.recordings.unfinished()
const checked = await checkLedger(kept, said)
const logs =
  how === 'all' ? await Promise.all(tenants.map((tenant) => kept.signing.reader.verify(tenant))) : []
const wrong = [
  ...checked.wrong,
  ...left.map(({ recording }) => `${recording} is still being recorded`),
  ...logs
    .filter(({ ok }) => !ok)
    .map(({ findings }) => `a log does not verify: ${JSON.stringify(findings.slice(0, 3))}`),
]
say({ checked: { ...checked, wrong } })
if (how === 'work') await work(kept)

async function work(kept: Kept): Promise<void> {
  await Promise.all(
    tenants.flatMap((tenant) => [
      appending(kept, tenant),
      recording(kept, tenant),
      signing(kept, tenant),
      rewrapping(kept, tenant),
    ]),
  )
}

async function appending({ audit }: Kept, tenant: TenantId): Promise<never> {
  for (let n = 0; ; n++) {
    const batch = Array.from({ length: 1 + (n % 20) }, (_, at) =>
      audit.append({
        type: 'keep.test',
        tenant,
        actor: 'system',
        fields: { n, at, text: 'x'.repeat(at * 7) },
      }),
    )
    for (const appended of batch) {
      const { index, hash } = await appended
      say({ kind: 'entry', tenant, index, hash } satisfies Said)
    }
    await pause(n % 15)
  }
}

/** Of each three, one is deleted again. */
async function recording(kept: Kept, tenant: TenantId): Promise<never> {
  for (let n = 0; ; n++) {
    const made = await record(kept, tenant, 30 + ((n * 37) % 150), n)
    say({ kind: 'recording', ...made } satisfies Said)
    if (n % 3 !== 2) continue
    say({ kind: 'deleting', tenant, id: made.id } satisfies Said)
    await kept.objects.keeper.deleteObject(made.id)
    say({ kind: 'deleted', tenant, id: made.id } satisfies Said)
  }
}

async function signing({ signing }: Kept, tenant: TenantId): Promise<never> {
  for (;;) {
    await pause(40)
    const checkpoint = await signing.checkpoints.now(tenant)
    if (checkpoint !== undefined) say({ kind: 'checkpoint', tenant, note: checkpoint.note } satisfies Said)
  }
}

async function rewrapping({ keys }: Kept, tenant: TenantId): Promise<never> {
  for (;;) {
    await pause(150)
    await keys.rotate(tenant, 'audio')
    const { done } = await keys.rewrap(tenant)
    say({ kind: 'rewrapped', tenant, keys: done } satisfies Said)
  }
}
