import type { Voice } from '@voxkeep/sdk'
import { Command } from 'commander'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { result, table } from './output.ts'
import { providerHead, providerRow } from './provider-row.ts'
import { gatewayMain, nodeFlags } from './paths.ts'
import { run } from './run.ts'

export function voicesCommand(): Command {
  const voices = new Command('voices').description('The voices that say words to callers.')
  withConnection(
    voices
      .command('list', { isDefault: true })
      .description('What is known of each voice, how it does, and whether this tenant may use it.'),
  ).action(list)
  voices
    .command('try')
    .description('Let a voice say a text, and write what a telephone would carry of it to a WAV file.')
    .argument('<text>', 'plain, or SSML when it begins with <speak>')
    .argument('<file>', 'the WAV file to write')
    .option('-c, --config <file>', 'configuration file', 'voxkeep.yaml')
    .option('--voice <id>', 'its id under voices; default: the first, or espeak-ng where there is none')
    .option('--language <tag>', 'what is spoken, in BCP 47; default: the voice’s')
    .action(tryVoice)
  return voices
}

async function list(options: ConnectionOptions): Promise<void> {
  const voices = await connect(options).voices.list()
  result(voices, options.json ?? false, () => tableOf(voices))
}

async function tryVoice(
  text: string,
  file: string,
  o: { readonly config: string; readonly voice?: string; readonly language?: string },
): Promise<void> {
  const path = resolve(o.config)
  if (!existsSync(path)) throw new Error(`there is no ${path}. Make one with "voxkeep init".`)
  const args = ['voices', 'try', '--config', path, '--text', text, '--file', resolve(file)]
  if (o.voice !== undefined) args.push('--voice', o.voice)
  if (o.language !== undefined) args.push('--language', o.language)
  process.exitCode = await run(process.execPath, [...nodeFlags, gatewayMain, ...args])
}

function tableOf(voices: readonly Voice[]): string {
  const rows = voices.map((voice) => [
    ...providerRow(voice, 'may speak'),
    String(voice.texts),
    String(voice.characters),
  ])
  return table([[...providerHead('voice', 'texts now'), 'texts', 'characters'], ...rows])
}
