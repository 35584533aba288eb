import { Command } from 'commander'
import { benchMain, nodeFlags } from './paths.ts'
import { run } from './run.ts'

export function benchCommand(): Command {
  return new Command('bench')
    .description('Drive secure calls through a gateway of its own and measure what they cost.')
    .option('--calls <n>', 'calls at once', '100')
    .option('--seconds <s>', 'how long they stay up', '20')
    .option('--record', 'record every call')
    .option('--profile', 'write a CPU profile of the gateway')
    .option('--json', 'print one JSON object')
    .action(
      async (options: { calls: string; seconds: string; record?: true; profile?: true; json?: true }) => {
        const flags = (['record', 'profile', 'json'] as const)
          .filter((flag) => options[flag])
          .map((flag) => `--${flag}`)
        process.exitCode = await run(process.execPath, [
          ...nodeFlags,
          benchMain,
          '--calls',
          options.calls,
          '--seconds',
          options.seconds,
          ...flags,
        ])
      },
    )
}
