import type { SpeechEngine } from '@voxkeep/sdk'
import { Command } from 'commander'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { result, table } from './output.ts'
import { providerHead, providerRow } from './provider-row.ts'
import { gatewayMain, nodeFlags } from './paths.ts'
import { run } from './run.ts'

export function speechCommand(): Command {
  const speech = new Command('speech').description('The engines that turn speech into words.')
  withConnection(
    speech
      .command('list', { isDefault: true })
      .description('What is known of each engine, how it does, and whether this tenant may use it.'),
  ).action(list)
  speech
    .command('try')
    .description('Let an engine of the configuration hear a file, and print the words with their times.')
    .argument('<engine>', 'its id under speech.engines')
    .argument('<file>', 'a WAV file; it is made what a telephone would make of it')
    .option('-c, --config <file>', 'configuration file', 'voxkeep.yaml')
    .option('--language <tag>', 'what is spoken in it, in BCP 47', 'en-US')
    .action(tryEngine)
  return speech
}

async function list(options: ConnectionOptions): Promise<void> {
  const engines = await connect(options).speech.engines()
  result(engines, options.json ?? false, () => tableOf(engines))
}

async function tryEngine(
  engine: string,
  file: string,
  { config, language }: { readonly config: string; readonly language: string },
): Promise<void> {
  const path = resolve(config)
  if (!existsSync(path)) throw new Error(`there is no ${path}. Make one with "voxkeep init".`)
  if (!existsSync(file)) throw new Error(`there is no ${file}`)
  const args = [
    'speech',
    'try',
    '--config',
    path,
    '--engine',
    engine,
    '--file',
    resolve(file),
    '--language',
    language,
  ]
  process.exitCode = await run(process.execPath, [...nodeFlags, gatewayMain, ...args])
}

function tableOf(engines: readonly SpeechEngine[]): string {
  if (engines.length === 0) return 'there are no engines: see docs/speech.md'
  const rows = engines.map((engine) => [
    ...providerRow(engine, 'may hear'),
    String(engine.lag_ms),
    String(engine.lost_ms),
  ])
  return table([[...providerHead('engine', 'voices'), 'lag ms', 'lost ms'], ...rows])
}
