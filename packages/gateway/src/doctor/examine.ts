import type { Clock, Config } from '#kernel'
import { fault, type Examination, type Finding } from './contract.ts'

/** One examination takes no longer, whatever it waits for. */
const patienceMs = 10_000

/** Runs every examination, side by side, and gives what they found in their order. Never rejects: what fails is a fault. */
export async function examineAll(
  config: Config,
  examinations: readonly Examination[],
  clock: Clock,
): Promise<readonly Finding[]> {
  const found = await Promise.all(examinations.map((one) => examineOne(config, one, clock)))
  return found.flat()
}

async function examineOne(
  config: Config,
  { about, examine }: Examination,
  clock: Clock,
): Promise<readonly Finding[]> {
  const patience = new AbortController()
  const { promise: tired, reject } = Promise.withResolvers<never>()
  const cancel = clock.set(patienceMs, () => {
    const error = new Error(`it took longer than ${patienceMs / 1_000} s`)
    reject(error)
    patience.abort(error)
  })
  tired.catch(() => {})
  try {
    return await Promise.race([examine(config, patience.signal), tired])
  } catch (error) {
    return [
      fault(about, `it could not be examined: ${messageOf(error)}`, 'Mend what it says, and look again.'),
    ]
  } finally {
    cancel()
  }
}

export function messageOf(error: unknown): string {
  const lines: string[] = []
  for (let cause = error; cause instanceof Error && lines.length < 4; cause = cause.cause)
    lines.push(cause.message)
  return lines.length === 0 ? String(error) : lines.join(': ')
}
