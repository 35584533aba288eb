import type { Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { result } from './output.ts'
import { drawMarks } from './recording-marks.ts'

/** `recordings marks` and `recordings redact`. */
export function redactionCommands(recordings: Command): void {
  withConnection(
    recordings
      .command('marks')
      .description('What was overwritten or left out of a recording, drawn as a line of time.')
      .argument('<id>'),
  ).action(marks)
  withConnection(
    recordings
      .command('redact')
      .description('Overwrite a stretch of a sealed recording for good.')
      .argument('<id>'),
  )
    .requiredOption('--channel <side>', 'who was speaking: caller, agent or both')
    .requiredOption('--from <seconds>', 'from this second')
    .requiredOption('--to <seconds>', 'up to this second')
    .option('--why <type>', 'the type of what was said, such as card; never what was said', 'requested')
    .option('--mask <mask>', 'silence or tone', 'silence')
    .action(redact)
}

async function marks(id: string, options: ConnectionOptions): Promise<void> {
  const found = await connect(options).recordings.marks(id)
  result(found, options.json ?? false, () => drawMarks(found, process.stdout.columns))
}

interface RedactOptions extends ConnectionOptions {
  readonly channel: string
  readonly from: string
  readonly to: string
  readonly why: string
  readonly mask: string
}

async function redact(id: string, options: RedactOptions): Promise<void> {
  const { channel, mask, why } = options
  if (channel !== 'caller' && channel !== 'agent' && channel !== 'both')
    throw new Error('--channel is caller, agent or both')
  if (mask !== 'silence' && mask !== 'tone') throw new Error('--mask is silence or tone')
  const [from_ms, to_ms] = [millisecondsOf('--from', options.from), millisecondsOf('--to', options.to)]
  if (from_ms >= to_ms) throw new Error('--from has to be before --to')
  const sides: readonly ('caller' | 'agent')[] = channel === 'both' ? ['caller', 'agent'] : [channel]
  const spans = sides.map((side) => ({ channel: side, from_ms, to_ms, why }))
  const done = await connect(options).recordings.redact(id, { spans, mask })
  result(done, options.json ?? false, () =>
    done.replaced === null
      ? `${done.recording.id}: all of that was overwritten before`
      : `${done.recording.id} takes the place of ${done.replaced}, whose key is destroyed`,
  )
}

function millisecondsOf(option: string, text: string): number {
  const seconds = Number(text)
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0)
    throw new Error(`${option} is a number of seconds, such as 12.3`)
  return Math.round(seconds * 1_000)
}
