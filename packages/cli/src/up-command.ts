import { Command } from 'commander'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { gatewayMain, nodeFlags } from './paths.ts'
import { run } from './run.ts'

export function upCommand(): Command {
  return new Command('up')
    .description('Run the gateway until it is told to stop (Ctrl-C ends its calls in good order).')
    .option('-c, --config <file>', 'configuration file', 'voxkeep.yaml')
    .action(async (options: { config: string }) => {
      const config = resolve(options.config)
      if (!existsSync(config)) throw new Error(`there is no ${config}. Make one with "voxkeep init".`)
      process.exitCode = await run(process.execPath, [...nodeFlags, gatewayMain, '--config', config])
    })
}
