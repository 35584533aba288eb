import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { progress, result, table } from './output.ts'
import { redactionCommands } from './recordings-redact.ts'

export function recordingsCommand(): Command {
  const recordings = new Command('recordings').description(
    'List, export, redact and delete sealed recordings.',
  )
  withConnection(recordings.command('list', { isDefault: true }).description('The newest recordings.'))
    .option('--limit <n>', 'how many', '20')
    .action(list)
  withConnection(
    recordings.command('show').description('One recording: state, length, hash, key.').argument('<id>'),
  ).action(show)
  withConnection(
    recordings
      .command('export')
      .description('Decrypt a recording, or a part, into a WAV file (caller left, app right).')
      .argument('<id>')
      .argument('<file>'),
  )
    .option('--from <ms>', 'from this millisecond')
    .option('--to <ms>', 'up to this millisecond')
    .option('--format <format>', 'pcm16 or ulaw', 'pcm16')
    .option('--skip-pauses', 'leave out what was paused to be skipped')
    .action(exportAudio)
  withConnection(
    recordings.command('delete').description('Delete a recording for good.').argument('<id>'),
  ).action(remove)
  redactionCommands(recordings)
  return recordings
}

async function list(options: ConnectionOptions & { limit: string }): Promise<void> {
  const page = await connect(options).recordings.list({ limit: Number(options.limit) })
  result(page, options.json ?? false, () => {
    const rows = page.data.map((item) => [
      item.id,
      item.call_id,
      item.state,
      item.started_at,
      `${((item.duration_ms ?? 0) / 1_000).toFixed(1)} s`,
    ])
    return page.data.length === 0
      ? 'no recordings yet'
      : table([['recording', 'call', 'state', 'started', 'length'], ...rows])
  })
}

async function show(id: string, options: ConnectionOptions): Promise<void> {
  const recording = await connect(options).recordings.get(id)
  result(recording, options.json ?? false, () =>
    Object.entries(recording)
      .map(([name, value]) => `${name.padEnd(14)}${String(value)}`)
      .join('\n'),
  )
}

async function exportAudio(
  id: string,
  file: string,
  options: ConnectionOptions & { from?: string; to?: string; format: string; skipPauses?: boolean },
): Promise<void> {
  if (options.format !== 'pcm16' && options.format !== 'ulaw') throw new Error('--format is pcm16 or ulaw')
  const range = {
    ...(options.from !== undefined && { fromMs: Number(options.from) }),
    ...(options.to !== undefined && { toMs: Number(options.to) }),
    ...(options.skipPauses === true && { pauses: 'skip' as const }),
  }
  const audio = await connect(options).recordings.audio(id, { ...range, format: options.format })
  const out = createWriteStream(file, { mode: 0o600 })
  await pipeline(audio, out)
  progress('this file is plain audio: it is yours to protect now')
  result(
    { id, file, bytes: out.bytesWritten },
    options.json ?? false,
    () => `${out.bytesWritten} bytes written to ${file}`,
  )
}

async function remove(id: string, options: ConnectionOptions): Promise<void> {
  await connect(options).recordings.delete(id)
  result({ id, deleted: true }, options.json ?? false, () => `${id} is deleted`)
}
