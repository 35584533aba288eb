import { Command } from 'commander'
import { fuzzMain, nodeFlags } from './paths.ts'
import { run } from './run.ts'

export function fuzzCommand(): Command {
  return new Command('fuzz')
    .description('Throw broken messages at everything that reads what strangers send.')
    .option('--seconds <s>', 'for how long, all targets together', '60')
    .option('--target <name...>', 'only these targets; a wrong name lists them')
    .option('--seed <n>', 'for the same run again')
    .option('--keep', 'add what reached something new to the corpus')
    .action(async (options: { seconds: string; target?: string[]; seed?: string; keep?: true }) => {
      const targets = (options.target ?? []).flatMap((name) => ['--target', name])
      const seed = options.seed === undefined ? [] : ['--seed', options.seed]
      const keep = options.keep ? ['--keep'] : []
      const args = [fuzzMain, '--seconds', options.seconds, ...targets, ...seed, ...keep]
      process.exitCode = await run(process.execPath, [...nodeFlags, ...args])
    })
}
