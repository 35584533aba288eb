import { parseArgs } from 'node:util'
import type { LoadOptions } from '@voxkeep/softphone'

export const scenarios = [
  'steady',
  'ramp',
  'recorded',
  'outbound',
  'bridged',
  'flood',
  'soak',
  'floor',
  'keep',
  'privacy',
  'keypad',
] as const
export type Scenario = (typeof scenarios)[number]

const wires = ['voxkeep', 'twilio'] as const

export interface BenchOptions {
  readonly scenario: Scenario
  readonly calls: number
  readonly seconds: number
  readonly minutes: number
  readonly ratePerSecond: number
  readonly steps: readonly number[]
  readonly churnMs?: number
  readonly record: boolean
  /** What gateway and app speak over the stream. */
  readonly wire: (typeof wires)[number]
  readonly ffi: boolean
  readonly json: boolean
  readonly suite: NonNullable<LoadOptions['suite']>
  readonly workers?: number
  readonly profileDir?: string
  readonly tuning: boolean
  readonly misses?: string
}

const defaultSteps = '25,50,100,150,200'

export const usage = `usage: node bench/src/main.ts [scenario] [options]

  --scenario NAME  ${scenarios.join(' | ')} (default steady)
                   steady    calls through an app that echoes
                   ramp      the same for each number of --steps, a gateway of its own each: the curves
                   recorded  steady, and every call is recorded
                   outbound  the gateway places the calls
                   bridged   the gateway places the calls in pairs and bridges them
                   flood     steady, quiet and then while strangers flood the SIP port and the media ports
                   soak      steady for --minutes, while calls end and others begin; what grows is told
                   floor     no gateway: a stub with the socket calls of each call alone
                   keep      no calls: sealing, the audit log, its proofs, re-wrapping; needs a PostgreSQL server’s programs
                   privacy   no calls: what is found of cards, numbers, names and addresses in a corpus made here, and how fast
                   keypad    no calls: keys in the audio of all codecs, what is missed and misheard; needs espeak-ng
  --calls N        calls at once (default 50)
  --seconds S      how long to measure once all are up (default 10)
  --minutes M      how long to soak, or how much speech and how much music is listened to (default 10)
  --rate R         new calls a second (default 20)
  --steps A,B,…    calls at once of each step of a ramp (default ${defaultSteps})
  --churn MS       end one call and begin another this often, while measuring
  --record         the app also records every call
  --wire NAME      what the app's stream speaks: voxkeep or twilio (default voxkeep)
  --suite NAME     SRTP suite (default AES_CM_128_HMAC_SHA1_80)
  --workers N      media threads (default: the gateway's own)
  --ffi            AES-GCM through node:ffi (media.ffi)
  --json           one line of JSON
  --profile DIR    write V8 CPU profiles of the gateway there
  --misses FILE    of privacy: write what was missed there, a line of JSON each
  --tuning         of privacy: score what recognisers are worked on with, not what is kept from them
  --help`

/** `undefined` when the arguments make no sense, `help` when they ask for it. */
export function parseOptions(args: readonly string[]): BenchOptions | 'help' | undefined {
  const parsedArgs = parsed(args)
  if (parsedArgs === undefined || parsedArgs.positionals.length > 1) return undefined
  const { values, positionals } = parsedArgs
  if (values.help) return 'help'
  const scenario = scenarios.find((name) => name === (positionals[0] ?? values.scenario))
  const [calls, seconds, minutes, ratePerSecond] = [
    values.calls,
    values.seconds,
    values.minutes,
    values.rate,
  ].map(positive)
  const wire = wires.find((name) => name === values.wire)
  const steps = values.steps.split(',').map(positive)
  const [workers, churnMs] = [values.workers, values.churn].map((text) =>
    text === undefined ? undefined : positive(text),
  )
  if (scenario === undefined || wire === undefined) return undefined
  if (calls === undefined || seconds === undefined) return undefined
  if (minutes === undefined || ratePerSecond === undefined || !steps.every(isGiven)) return undefined
  if (values.workers !== undefined && workers === undefined) return undefined
  if (values.churn !== undefined && churnMs === undefined) return undefined
  return {
    scenario,
    calls,
    seconds,
    minutes,
    ratePerSecond,
    steps,
    record: values.record || scenario === 'recorded',
    wire,
    ffi: values.ffi,
    json: values.json,
    suite: values.suite as BenchOptions['suite'],
    ...(workers !== undefined && { workers }),
    ...(churnMs !== undefined && { churnMs }),
    ...(values.profile !== undefined && { profileDir: values.profile }),
    tuning: values.tuning,
    ...(values.misses !== undefined && { misses: values.misses }),
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        scenario: { type: 'string', default: 'steady' },
        calls: { type: 'string', default: '50' },
        seconds: { type: 'string', default: '10' },
        minutes: { type: 'string', default: '10' },
        rate: { type: 'string', default: '20' },
        steps: { type: 'string', default: defaultSteps },
        record: { type: 'boolean', default: false },
        wire: { type: 'string', default: 'voxkeep' },
        suite: { type: 'string', default: 'AES_CM_128_HMAC_SHA1_80' },
        workers: { type: 'string' },
        churn: { type: 'string' },
        ffi: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        profile: { type: 'string' },
        tuning: { type: 'boolean', default: false },
        misses: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
  } catch {
    return undefined
  }
}

function positive(text: string): number | undefined {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined
}

function isGiven(value: number | undefined): value is number {
  return value !== undefined
}
