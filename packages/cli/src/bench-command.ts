import { Command, Option } from 'commander'
import { benchMain, nodeFlags } from './paths.ts'
import { run } from './run.ts'

export function benchCommand(): Command {
  return new Command('bench')
    .description('Drive secure calls through a gateway of its own and measure what they cost.')
    .argument('[scenario]', 'the same as --scenario')
    .option(
      '--scenario <name>',
      'steady, ramp, recorded, outbound, bridged, flood, soak, floor, keep or privacy',
      'steady',
    )
    .option('--calls <n>', 'calls at once', '100')
    .option('--seconds <s>', 'how long they stay up', '20')
    .option('--record', 'record every call')
    .addOption(
      new Option('--wire <name>', 'what the app’s stream speaks')
        .choices(['voxkeep', 'twilio'])
        .default('voxkeep'),
    )
    .option('--minutes <m>', 'how long a soak takes', '10')
    .option('--profile <dir>', 'write CPU profiles of the gateway there')
    .option('--misses <file>', 'of privacy: write what was missed there')
    .option('--tuning', 'of privacy: score what recognisers are worked on with')
    .option('--json', 'print one JSON object')
    .action(async (named: string | undefined, options: BenchOptions) => {
      const flags = (['record', 'json', 'tuning'] as const)
        .filter((flag) => options[flag])
        .map((flag) => `--${flag}`)
      const profile = options.profile === undefined ? [] : ['--profile', options.profile]
      const misses = options.misses === undefined ? [] : ['--misses', options.misses]
      const { calls, seconds, minutes, wire } = options
      const scenario = named ?? options.scenario
      const what = ['--scenario', scenario, '--calls', calls, '--seconds', seconds, '--minutes', minutes]
      what.push('--wire', wire)
      process.exitCode = await run(process.execPath, [
        ...nodeFlags,
        benchMain,
        ...what,
        ...flags,
        ...profile,
        ...misses,
      ])
    })
}

interface BenchOptions {
  readonly scenario: string
  readonly calls: string
  readonly seconds: string
  readonly minutes: string
  readonly wire: string
  readonly record?: true
  readonly profile?: string
  readonly misses?: string
  readonly tuning?: true
  readonly json?: true
}
