import { Command, Option } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { progress, result } from './output.ts'

export function transcriptsCommand(): Command {
  const transcripts = new Command('transcripts').description('Read what was said on calls that have ended.')
  withConnection(
    transcripts
      .command('show', { isDefault: true })
      .description('What was said on a call, with placeholders for what was taken out.')
      .argument('<call>', 'the id of a call'),
  )
    .option('--original', 'word for word, where that is kept; the token needs transcripts:original')
    .addOption(new Option('--format <format>', 'how').choices(['text', 'vtt']).default('text'))
    .action(show)
  return transcripts
}

interface ShowOptions extends ConnectionOptions {
  readonly original?: true
  readonly format: 'text' | 'vtt'
}

async function show(call: string, options: ShowOptions): Promise<void> {
  const { transcripts } = connect(options)
  const wanted = { original: options.original === true }
  if (options.json === true) {
    const transcript = await transcripts.get(call, wanted)
    return result(transcript, true, () => '')
  }
  const text = await transcripts.text(call, options.format, wanted)
  if (wanted.original) progress('this is what was said word for word: it is yours to protect now')
  result({ text }, false, () => text.trimEnd())
}
