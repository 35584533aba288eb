import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import type { SubjectRequest, VoxkeepClient } from '@voxkeep/sdk'
import { Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { progress, result } from './output.ts'
import { verifyArchive } from './verify-archive.ts'

export function subjectsCommand(): Command {
  const subjects = new Command('subjects').description(
    'What persons may ask about themselves. A person is a phone number or SIP address, or the id of a call or recording.',
  )
  withConnection(
    subjects.command('find').description('What is kept of a person, counted.').argument('<person>'),
  ).action(find)
  withConnection(
    subjects
      .command('export')
      .description('A copy of what is kept of a person: a tar archive with a signed manifest.')
      .argument('<person>')
      .argument('<file>'),
  )
    .option('--audio', 'with the recordings, as WAV')
    .action(exportAll)
  withConnection(
    subjects
      .command('erase')
      .description('Erase what is kept of a person. Says what is kept all the same, and why.')
      .argument('<person>'),
  )
    .option('--yes', 'do it: what is erased comes back by no means')
    .action(erase)
  subjects
    .command('verify')
    .description('Check an export, offline: every file against the manifest, the manifest against the key.')
    .argument('<file>')
    .requiredOption('--key <keys...>', 'verifier key, as "subjects export" showed it')
    .option('--json', 'print JSON')
    .action(verify)
  withConnection(
    subjects.command('show').description('What became of a request.').argument('<request>'),
  ).action(show)
  return subjects
}

async function find(person: string, options: ConnectionOptions): Promise<void> {
  const api = connect(options)
  report(await finished(api, await api.subjects.find(person)), options)
}

async function exportAll(
  person: string,
  file: string,
  options: ConnectionOptions & { audio?: true },
): Promise<void> {
  const api = connect(options)
  const asked = await api.subjects.export(person, { audio: options.audio ?? false })
  const { id, verifier_keys: keys } = await finished(api, asked)
  const out = createWriteStream(file, { mode: 0o600, flags: 'wx' })
  await pipeline(await api.subjects.archive(id), out)
  progress('this file is plain: it is yours to protect now')
  result(
    { id, file, bytes: out.bytesWritten, keys },
    options.json ?? false,
    () => `${out.bytesWritten} bytes written to ${file}, signed by\n${keys.join('\n')}`,
  )
}

async function erase(person: string, options: ConnectionOptions & { yes?: true }): Promise<void> {
  if (options.yes !== true)
    throw new Error('what is erased comes back by no means: look with "subjects find" first, then say --yes')
  const api = connect(options)
  report(await finished(api, await api.subjects.erase(person)), options)
}

async function show(id: string, options: ConnectionOptions): Promise<void> {
  report(await connect(options).subjects.get(id), options)
}

async function verify(file: string, options: { key: readonly string[]; json?: true }): Promise<void> {
  const { files, faults } = await verifyArchive(file, options.key)
  result({ file, files, faults }, options.json ?? false, () =>
    faults.length === 0 ? `${files} files, as they were exported` : faults.join('\n'),
  )
  if (faults.length > 0) process.exitCode = 1
}

const askAgainMs = 500

async function finished(api: VoxkeepClient, asked: SubjectRequest): Promise<SubjectRequest> {
  progress(`${asked.id}: ${asked.state}`)
  let now = asked
  while (now.state === 'waiting' || now.state === 'running') {
    await setTimeout(askAgainMs)
    now = await api.subjects.get(asked.id)
  }
  if (now.state === 'failed') throw new Error(`${asked.id} failed: ${now.error ?? 'it is not known why'}`)
  return now
}

function report(request: SubjectRequest, options: ConnectionOptions): void {
  result(request, options.json ?? false, () => {
    const { kept = [], ...rest } = (request.report ?? {}) as { kept?: readonly Record<string, unknown>[] }
    const figures = Object.entries(rest).map(
      ([name, value]) => `${name.padEnd(14)}${Array.isArray(value) ? value.length : String(value)}`,
    )
    const reasons = kept.map(
      (one) => `kept: ${String(one['object'] ?? one['call'])}, because of ${reasonOf(one)}`,
    )
    return [`${request.id}  ${request.kind}  ${request.state}`, ...figures, ...reasons].join('\n')
  })
}

function reasonOf(kept: Readonly<Record<string, unknown>>): string {
  const until = typeof kept['until'] === 'string' ? `, until ${kept['until']}` : ''
  switch (kept['why']) {
    case 'hold':
      return `a legal hold (${(kept['holds'] as readonly string[] | undefined)?.join(', ') ?? ''})`
    case 'law':
      return `the law (policy ${String(kept['policy'])})${until}`
    case 'lock':
      return `its store’s lock${until}`
    case 'running':
      return 'the call, which is still running'
    default:
      return 'a failure: see the gateway’s log, and ask again'
  }
}
