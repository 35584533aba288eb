import { parseArgs } from 'node:util'
import type { LoadOptions } from '@voxkeep/softphone'

export interface BenchOptions {
  readonly calls: number
  readonly seconds: number
  readonly ratePerSecond: number
  readonly record: boolean
  readonly json: boolean
  readonly suite: NonNullable<LoadOptions['suite']>
  readonly workers?: number
  readonly profileDir?: string
}

export const usage =
  'usage: node bench/src/main.ts [--calls N] [--seconds S] [--rate R] [--record] [--suite NAME] [--workers N] [--json] [--profile DIR]'

/** `undefined` when the arguments make no sense. */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const values = parsed(args)
  if (values === undefined) return undefined
  const [calls, seconds, ratePerSecond] = [values.calls, values.seconds, values.rate].map(positive)
  const workers = values.workers === undefined ? undefined : positive(values.workers)
  if (calls === undefined || seconds === undefined || ratePerSecond === undefined) return undefined
  if (values.workers !== undefined && workers === undefined) return undefined
  return {
    calls,
    seconds,
    ratePerSecond,
    record: values.record,
    json: values.json,
    suite: values.suite as BenchOptions['suite'],
    ...(workers !== undefined && { workers }),
    ...(values.profile !== undefined && { profileDir: values.profile }),
  }
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        calls: { type: 'string', default: '50' },
        seconds: { type: 'string', default: '10' },
        rate: { type: 'string', default: '20' },
        record: { type: 'boolean', default: false },
        suite: { type: 'string', default: 'AES_CM_128_HMAC_SHA1_80' },
        workers: { type: 'string' },
        json: { type: 'boolean', default: false },
        profile: { type: 'string' },
      },
    })
    return values
  } catch {
    return undefined
  }
}

function positive(text: string): number | undefined {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined
}
