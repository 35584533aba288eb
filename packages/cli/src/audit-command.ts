import { createReadStream, createWriteStream, readFileSync, writeFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { parseTlogProof, verifyExport, verifyTlogProof, type ExportReport, type Finding } from '@voxkeep/tlog'
import { Command } from 'commander'
import { readCheckpoints, readVerifierKeys, type Trust } from './audit-trust.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { progress, result, table } from './output.ts'

export function auditCommand(): Command {
  const audit = new Command('audit').description('The audit log: search it, take it away, prove it.')
  withConnection(
    audit.command('query', { isDefault: true }).description('Entries, the newest first. Reading is audited.'),
  )
    .option('--limit <n>', 'how many', '20')
    .option('--type <type>', 'only this type, for example token.issue')
    .option('--actor <actor>', 'who acted; a person’s number finds his pseudonym')
    .option('--call <id>', 'only of this call')
    .option('--from <time>', 'not before (ISO 8601)')
    .option('--to <time>', 'before (ISO 8601)')
    .action(query)
  withConnection(
    audit.command('export').description('The log with all that proves it, into a file.').argument('<file>'),
  )
    .option('--from <index>', 'from this entry on', '0')
    .action(exportLog)
  withConnection(
    audit
      .command('prove')
      .description('A proof that an entry is in the log, into a file.')
      .argument('<index>'),
  )
    .requiredOption('-o, --out <file>', 'where to write it, for example entry.tlog-proof')
    .action(prove)
  withConnection(
    audit
      .command('keys')
      .description('The keys that sign the log: keep them where the gateway cannot reach.'),
  ).action(keys)
  withConnection(
    audit.command('rotate-keys').description('Sign with new keys from now on; old ones stay published.'),
  ).action(rotateKeys)
  withConnection(audit.command('check').description('Have the gateway verify what it stores.')).action(check)
  offlineCommands(audit)
  return audit
}

function offlineCommands(audit: Command): void {
  withTrust(
    audit
      .command('verify')
      .description(
        'Verify an export without asking anybody. Exit status: 0 intact, 1 not, 2 could not be read.',
      )
      .argument('<file>'),
  )
    .option(
      '--known <file>',
      'a checkpoint that was noted earlier: the log must continue it; may be repeated',
      collect,
      [],
    )
    .action(verify)
  withTrust(
    audit
      .command('verify-proof')
      .description('Verify a proof without asking anybody, and print the entry that it proves.')
      .argument('<file>'),
  ).action(verifyProof)
}

const collect = (value: string, before: readonly string[]) => [...before, value]

function withTrust(command: Command): Command {
  return command
    .option('--key <vkey>', 'a verifier key of the log, or a file of them; may be repeated', collect, [])
    .option(
      '--witness <vkey>',
      'a verifier key of a witness, or a file of them; may be repeated',
      collect,
      [],
    )
    .option('--quorum <n>', 'how many witnesses must have cosigned', '0')
    .option('--json', 'print JSON')
}

interface QueryOptions extends ConnectionOptions {
  readonly limit: string
  readonly type?: string
  readonly actor?: string
  readonly call?: string
  readonly from?: string
  readonly to?: string
}

async function query({ limit, type, actor, call, from, to, ...options }: QueryOptions): Promise<void> {
  const page = await connect(options).audit.list({
    limit: Number(limit),
    ...(type !== undefined && { type }),
    ...(actor !== undefined && { actor }),
    ...(call !== undefined && { call }),
    ...(from !== undefined && { from: new Date(from) }),
    ...(to !== undefined && { to: new Date(to) }),
  })
  result(page, options.json ?? false, () => {
    const rows = page.data.map((entry) => [
      String(entry.index),
      entry.at,
      entry.type,
      entry.actor,
      JSON.stringify(entry.fields),
    ])
    return rows.length === 0
      ? 'no such entries'
      : table([['index', 'time', 'type', 'actor', 'fields'], ...rows])
  })
}

async function exportLog(file: string, options: ConnectionOptions & { from: string }): Promise<void> {
  const lines = await connect(options).audit.export(Number(options.from))
  const out = createWriteStream(file, { mode: 0o600 })
  await pipeline(lines, out)
  result({ file, bytes: out.bytesWritten }, options.json ?? false, () =>
    [
      `${out.bytesWritten} bytes written to ${file}`,
      `check it with: voxkeep audit verify ${file} --key …`,
    ].join('\n'),
  )
}

async function prove(index: string, options: ConnectionOptions & { out: string }): Promise<void> {
  writeFileSync(options.out, await connect(options).audit.proof(Number(index)), { mode: 0o600 })
  progress(`${options.out}: check it with "voxkeep audit verify-proof ${options.out} --key …"`)
}

async function keys(options: ConnectionOptions): Promise<void> {
  const found = await connect(options).audit.keys()
  result(found, options.json ?? false, () => found.data.map(({ key }) => key).join('\n'))
}

async function rotateKeys(options: ConnectionOptions): Promise<void> {
  await connect(options).audit.rotateKeys()
  result(
    { rotated: true },
    options.json ?? false,
    () => 'new keys sign from now on: fetch them with "voxkeep audit keys"',
  )
}

async function check(options: ConnectionOptions): Promise<void> {
  const report = await connect(options).audit.verify()
  result(report, options.json ?? false, () =>
    [
      ...report.findings.map((finding) => `✖ ${JSON.stringify(finding)}`),
      report.ok ? `the log is intact: ${report.size} entries` : 'THE LOG WAS TAMPERED WITH',
    ].join('\n'),
  )
  if (!report.ok) process.exitCode = 1
}

async function verify(
  file: string,
  options: Trust & { known: readonly string[]; json?: true },
): Promise<void> {
  process.exitCode = 2 // until it is known: what cannot be read is not verified
  const policy = readVerifierKeys(options)
  const chunks = createReadStream(file, { highWaterMark: 1024 * 1024 })
  const report = await verifyExport(chunks, policy, readCheckpoints(options.known, policy))
  result(report, options.json ?? false, () => describe(report))
  process.exitCode = report.ok ? 0 : 1
}

async function verifyProof(file: string, options: Trust & { json?: true }): Promise<void> {
  process.exitCode = 2
  const policy = readVerifierKeys(options)
  const proof = parseTlogProof(readFileSync(file, 'utf8'))
  if (proof?.extra === undefined) throw new Error(`${file} is no proof that carries an entry`)
  const verdict = verifyTlogProof(proof, proof.extra, policy)
  const entry = Buffer.from(proof.extra).toString('utf8')
  const shown = verdict.ok
    ? { ok: true, index: proof.index, origin: verdict.checkpoint.origin, entry }
    : verdict
  result(shown, options.json ?? false, () =>
    verdict.ok
      ? `entry ${proof.index} of ${verdict.checkpoint.origin} is proven:\n${entry}`
      : `THE PROOF IS NOT TO BE BELIEVED: ${whys[verdict.why]}`,
  )
  process.exitCode = verdict.ok ? 0 : 1
}

const whys: Readonly<Record<string, string>> = {
  malformed: 'its checkpoint is none',
  signature: 'a signature does not fit: something was changed',
  unsigned: 'not every kind of key that you gave has signed it',
  origin: 'it is of a log that you gave no key of',
  quorum: 'too few witnesses have cosigned it',
  inclusion: 'the entry is not in the signed log at this place',
  place: 'it stands where it does not belong',
}

function describe(report: ExportReport): string {
  const { findings, more, ok, entries, proven, from, checkpoints, origin = 'no log' } = report
  const found = findings.map((finding) => `✖ ${text(finding)}`)
  const rest = more > 0 ? [`✖ and ${more} more`] : []
  const sum = `${entries} entries of ${origin}, ${checkpoints} checkpoints; proven: ${from} up to ${proven}`
  return [...found, ...rest, sum, ok ? 'the log is intact' : 'THE LOG IS NOT INTACT'].join('\n')
}

function text(finding: Finding): string {
  switch (finding.kind) {
    case 'altered':
      return `entry ${finding.index} was altered (line ${finding.line})`
    case 'removed':
      return `entry ${finding.index} was removed (before line ${finding.line})`
    case 'inserted':
      return `line ${finding.line} was inserted (before entry ${finding.index})`
    case 'tile':
      return `the hashes of entries ${finding.index * 256} to ${finding.index * 256 + 255} were changed or removed (line ${finding.line})`
    case 'checkpoint':
      return `the checkpoint in line ${finding.line} is not to be believed: ${whys[finding.why]}`
    case 'range':
      return `among entries ${finding.from} to ${finding.to - 1} something was changed: they do not give the signed root`
    case 'unproven':
      return `no checkpoint that can be believed covers the entries from ${finding.from} up to ${finding.to}`
    case 'known':
      return `the log does not continue the checkpoint of ${finding.size} entries that you noted: it was cut off, forked or rewritten, or the export begins behind it`
    case 'header':
      return 'the first line is no header of an export'
  }
}
