import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appOf, readTape, replayTape, runDev, writeTape, type DevOptions, type DevOutcome } from '#dev'
import { Command } from 'commander'
import { fail, progress, result } from './output.ts'
import { gatewayMain, nodeFlags } from './paths.ts'
import { writeHeard } from './write-heard.ts'

interface Options {
  readonly mock?: true
  readonly watch?: true
  readonly call?: true
  readonly to: string
  readonly wav?: string
  readonly listen: string
  readonly out?: string
  readonly record?: string
  readonly replay?: string
  readonly json?: true
}

export function devCommand(): Command {
  return new Command('dev')
    .description('Run an app with a gateway, and show each webhook and its answer as it passes.')
    .argument('[app]', 'the app’s folder', '.')
    .option('--mock', 'run what stands in for the model that the app needs')
    .option('--watch', 'start the app again when its files change')
    .option('--call', 'place a call with the softphone, and end with it')
    .option('--to <who>', 'whom to call', 'hello')
    .option('--wav <file>', 'what the caller says (default: a sentence that comes with Voxkeep)')
    .option('--listen <s>', 'how long to listen when all is said', '6')
    .option('--out <file>', 'WAV file for what the caller hears')
    .option('--record <file>', 'write down what passes, the audio too')
    .option('--replay <file>', 'play what was written down to the app, and compare its answers')
    .option('--json', 'print JSON when it is over')
    .action(dev)
}

async function dev(folder: string, options: Options): Promise<void> {
  const app = appOf(folder)
  const dir = mkdtempSync(join(tmpdir(), 'voxkeep-dev-'))
  const interrupted = new AbortController()
  const interrupt = () => interrupted.abort(new Error('interrupted'))
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  const shared = {
    app,
    dir,
    nodeFlags,
    mock: options.mock ?? false,
    tell: timed(),
    signal: interrupted.signal,
  }
  try {
    if (options.replay === undefined) await run(shared, options)
    else await compare(shared, options.replay, options.json ?? false)
  } finally {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    rmSync(dir, { recursive: true, force: true })
  }
}

type Shared = Pick<DevOptions, 'app' | 'dir' | 'nodeFlags' | 'mock' | 'tell' | 'signal'>

async function run(shared: Shared, options: Options): Promise<void> {
  const listenMs = Number(options.listen) * 1_000
  if (!Number.isFinite(listenMs) || listenMs < 0) throw new Error('--listen is a number of seconds')
  const call = { to: options.to, listenMs, ...(options.wav !== undefined && { wav: options.wav }) }
  const outcome = await runDev({
    ...shared,
    gateway: [...nodeFlags, gatewayMain],
    watch: options.watch ?? false,
    ...(options.call && { call }),
  })
  if (options.record !== undefined) {
    await writeTape(options.record, outcome.tape)
    progress(
      `written: ${options.record}${outcome.isWhole ? '' : ', as far as it goes: it is too long for more'}`,
    )
  }
  if (options.out !== undefined && outcome.call !== undefined) writeHeard(options.out, outcome.call.heard)
  result(summary(outcome), options.json ?? false, () => sentence(outcome))
  if (options.call && outcome.call?.answered !== true) fail(new Error('the call was not answered'))
}

async function compare(shared: Shared, file: string, asJson: boolean): Promise<void> {
  const report = await replayTape({ ...shared, tape: await readTape(file) })
  const { webhooks, differences, messagesThen, messagesNow } = report
  result(report, asJson, () =>
    [
      `${webhooks} webhooks, ${differences.length === 0 ? 'all answered as then' : `${differences.length} answered otherwise`}`,
      ...differences.map((difference) => `  ${difference}`),
      `${messagesNow} messages over the streams, ${messagesThen} then`,
    ].join('\n'),
  )
  if (differences.length > 0) fail(new Error('the app answers otherwise than on the tape'))
}

function timed(): (text: string) => void {
  const startedMs = performance.now()
  return (text) =>
    progress(`${`[${((performance.now() - startedMs) / 1_000).toFixed(1)} s]`.padStart(9)} ${text}`)
}

function summary({ tape, call }: DevOutcome): object {
  const webhooks = tape.entries.filter((entry) => entry.kind === 'webhook')
  return {
    webhooks: webhooks.map(({ event, status }) => ({ type: event.type, status })),
    streams: tape.entries.filter(({ kind }) => kind === 'open').length,
    ...(call && { answered: call.answered, end: call.end.why, heardMs: call.heard.length / 8 }),
  }
}

function sentence({ tape, call }: DevOutcome): string {
  const webhooks = tape.entries.filter(({ kind }) => kind === 'webhook').length
  const heard = call === undefined ? '' : `, ${(call.heard.length / 8_000).toFixed(1)} s heard by the caller`
  return `${webhooks} webhooks${heard}`
}
