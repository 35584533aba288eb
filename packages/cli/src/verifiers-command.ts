import type { Verifier } from '@voxkeep/sdk'
import { Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { result, table } from './output.ts'
import { providerHead, providerRow } from './provider-row.ts'

export function verifiersCommand(): Command {
  const verifiers = new Command('verifiers').description('The engines that compare callers’ voices.')
  withConnection(
    verifiers
      .command('list', { isDefault: true })
      .description('What is known of each engine, how it does, and whether this tenant may use it.'),
  ).action(list)
  withConnection(
    verifiers
      .command('forget')
      .description('Have the engines forget a person’s voice: all of them, or one.')
      .argument('<subject>', 'whose voice: the id that your app gave'),
  )
    .option('--verifier <id>', 'this engine alone')
    .action(forget)
  return verifiers
}

async function list(options: ConnectionOptions): Promise<void> {
  const verifiers = await connect(options).verifiers.list()
  result(verifiers, options.json ?? false, () =>
    verifiers.length === 0 ? 'no engine compares voices: see docs/verify.md' : tableOf(verifiers),
  )
}

/** Each engine is told, also after one that could not be. */
async function forget(subject: string, options: ConnectionOptions & { verifier?: string }): Promise<void> {
  const { verifiers } = connect(options)
  const ids =
    options.verifier === undefined ? (await verifiers.list()).map(({ id }) => id) : [options.verifier]
  if (ids.length === 0) throw new Error('no engine compares voices: there is nothing to forget')
  const told = await Promise.allSettled(ids.map((id) => verifiers.forget(id, subject)))
  const failed = ids.filter((_, index) => told[index]?.status === 'rejected')
  const forgotten = ids.filter((id) => !failed.includes(id))
  if (forgotten.length > 0)
    result(
      { forgotten },
      options.json ?? false,
      () => `${forgotten.join(', ')}: the voice is not known any more`,
    )
  const refusals = told.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
  if (failed.length > 0)
    throw new Error(`${failed.join(', ')}: could not be told, and may still know the voice`, {
      cause: refusals[0],
    })
}

function tableOf(verifiers: readonly Verifier[]): string {
  const rows = verifiers.map((verifier) => [
    ...providerRow(verifier, 'may hear'),
    Object.entries(verifier.results)
      .map(([what, count]) => `${what} ${count}`)
      .join(', '),
  ])
  return table([[...providerHead('verifier', 'voices now'), 'results'], ...rows])
}
