import type { Consent } from '@voxkeep/sdk'
import { Argument, Command } from 'commander'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { result, table } from './output.ts'

export function consentsCommand(): Command {
  const consents = new Command('consents').description(
    'Who agreed to be recorded, who did not, and who chose once and for all.',
  )
  withConnection(
    consents.command('list', { isDefault: true }).description('What parties of calls said, newest first.'),
  )
    .option('--call <id>', 'of one call')
    .action(list)
  withConnection(
    consents
      .command('find')
      .description('What somebody chose, and the last times that they were asked.')
      .argument('<number>', 'a phone number or SIP address'),
  ).action(find)
  withConnection(
    consents
      .command('choose')
      .description('Take down what somebody chose for all calls from now on.')
      .argument('<number>', 'a phone number or SIP address')
      .addArgument(new Argument('<choice>', 'none: asked anew').choices(['opt-in', 'opt-out', 'none'])),
  ).action(choose)
  withConnection(consents.command('rules').description('The rules in force, by place.')).action(rules)
  return consents
}

async function list(options: ConnectionOptions & { call?: string }): Promise<void> {
  const wanted = options.call === undefined ? {} : { callId: options.call }
  const page = await connect(options).consents.list({ limit: 100, ...wanted })
  result(page, options.json ?? false, () => tableOf(page.data))
}

async function find(number: string, options: ConnectionOptions): Promise<void> {
  const found = await connect(options).consents.find(number)
  result(found, options.json ?? false, () => {
    const { choice } = found
    const chosen =
      choice === null ? 'chose nothing' : `${choice.choice}, since ${choice.set_at} by ${choice.set_by}`
    return `${chosen}\n${tableOf(found.data)}`
  })
}

async function choose(
  number: string,
  choice: 'opt-in' | 'opt-out' | 'none',
  options: ConnectionOptions,
): Promise<void> {
  await connect(options).consents.choose(number, choice)
  result({ choice }, options.json ?? false, () => `${choice} is in force`)
}

async function rules(options: ConnectionOptions): Promise<void> {
  const all = await connect(options).consents.rules()
  result(all, options.json ?? false, () =>
    table([
      ['place', 'asks for', 'source'],
      ...all.map(({ jurisdiction, level, source }) => [jurisdiction, level, source]),
    ]),
  )
}

function tableOf(consents: readonly Consent[]): string {
  if (consents.length === 0) return 'nobody was asked'
  const rows = consents.map((one) => [
    one.at,
    one.call_id,
    one.party,
    one.required,
    one.rule,
    one.state,
    one.how ?? '',
  ])
  return table([['when', 'call', 'party', 'required', 'rule', 'said', 'how'], ...rows])
}
