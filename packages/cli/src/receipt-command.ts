import { readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { readKeys } from './audit-trust.ts'
import { connect, withConnection, type ConnectionOptions } from './connection.ts'
import { progress, result } from './output.ts'
import { verifyReceipt, type ReceiptReport } from './verify-receipt.ts'

export function receiptCommand(): Command {
  const receipt = new Command('receipt').description('Signed receipts: how a call was protected.')
  withConnection(
    receipt
      .command('get')
      .description('A call’s receipt, with the proof that it is in the audit log.')
      .argument('<call>'),
  )
    .option('-o, --out <file>', 'write it there instead of to standard output')
    .action(get)
  receipt
    .command('verify')
    .description('Check a receipt without asking anybody: signature, content, place in the audit log.')
    .argument('<file>')
    .option('--key <vkey>', 'a verifier key of the gateway, or a file of them; may be repeated', collect)
    .option('--json', 'print JSON')
    .action(verify)
  return receipt
}

const collect = (value: string, before: readonly string[] = []) => [...before, value]

async function get(call: string, options: ConnectionOptions & { out?: string }): Promise<void> {
  const text = `${JSON.stringify(await connect(options).calls.receipt(call), undefined, 2)}\n`
  if (options.out === undefined) return void process.stdout.write(text)
  writeFileSync(options.out, text)
  progress(`${options.out}: check it with "voxkeep receipt verify ${options.out} --key …"`)
}

async function verify(file: string, options: { key?: readonly string[]; json?: true }): Promise<void> {
  const report = verifyReceipt(readFileSync(file, 'utf8'), (options.key ?? []).flatMap(readKeys))
  result({ ok: report.ok, checks: report.checks }, options.json ?? false, () => describeReceipt(report))
  if (!report.ok) process.exitCode = 1
}

const marks = { ok: '✔', failed: '✖', unknown: '?' } as const

/** What a person is shown of a checked receipt. */
export function describeReceipt({ ok, checks, receipt }: ReceiptReport): string {
  const lines = checks.map(({ what, result: mark, detail }) => `${marks[mark]} ${what.padEnd(9)} ${detail}`)
  const said = receipt === undefined || !ok ? [] : ['', ...summary(receipt)]
  return [...lines, ...said, '', verdict(ok, checks)].map(printable).join('\n')
}

/** A receipt may come from anybody: nothing in it steers the terminal that it is shown on. */
const printable = (line: string) => line.replaceAll(/\p{Cc}|\p{Cf}/gu, '\uFFFD')

function verdict(ok: boolean, checks: ReceiptReport['checks']): string {
  if (!ok) return 'THE RECEIPT IS NOT TO BE BELIEVED'
  const isProved = checks.every(({ result: mark }) => mark === 'ok')
  return isProved
    ? 'the receipt is intact'
    : 'the receipt is intact in itself, but not proved: see what is marked “?”'
}

function summary(receipt: NonNullable<ReceiptReport['receipt']>): string[] {
  const { call } = receipt
  const parts = [
    'signalling',
    'media',
    'identity',
    'streams',
    'recordings',
    'providerKeys',
    'retention',
    'consent',
    'redaction',
    'secureCapture',
    'voiceVerification',
  ]
  return [
    `call ${String(call['id'])}, ${String(call['direction'])}, ended ${String(call['endedAt'])} (${String(call['endReason'])})`,
    ...parts
      .filter((part) => receipt[part] !== undefined)
      .map((part) => `  ${part.padEnd(17)} ${JSON.stringify(receipt[part])}`),
  ]
}
