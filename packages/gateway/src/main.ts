import { parseArgs } from 'node:util'
import { ConfigError, configReference, loadConfig, openLog } from '#kernel'
import { backUp, restore } from './backup-commands.ts'
import { examineDeployment } from './doctor-command.ts'
import { startGateway } from './gateway.ts'
import { createKeyringFile, createTokenText, liftDialing, usage } from './main-commands.ts'
import { migrateDatabase } from './migrate-command.ts'
import { planText } from './plan-command.ts'
import { trySpeech } from './speech-try-command.ts'
import { tryVoice } from './voice-try-command.ts'
import { recordingKeys } from './recording-keys-command.ts'

/** Runs until SIGTERM or SIGINT, then ends the calls in good order. A second signal ends the process at once. */
async function serve(configPath: string): Promise<void> {
  const config = loadConfig(configPath)
  const log = openLog(config.log.level, (line) => void process.stderr.write(line))
  const gateway = await startGateway(config, log)
  const ready = { ready: true, sip: gateway.sipPorts, api: gateway.apiPort ?? null, pid: process.pid }
  process.stdout.write(`${JSON.stringify(ready)}\n`)
  process.on('SIGHUP', () => void gateway.reload())
  const why = await Promise.race([untilSignal(), gateway.lost])
  if (why instanceof Error)
    log.error('the database is lost; stopping, since nothing could be audited', { error: why })
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  await gateway[Symbol.asyncDispose]()
  process.exitCode = why instanceof Error ? 1 : 0
}

function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve('SIGINT'))
    process.once('SIGTERM', () => resolve('SIGTERM'))
  })
}

/** Prints what was found as JSON; one fault makes the exit status 1. */
async function doctor(configPath: string): Promise<void> {
  const findings = await examineDeployment(configPath)
  process.stdout.write(`${JSON.stringify(findings)}\n`)
  if (findings.some(({ state }) => state === 'fault')) process.exitCode = 1
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      config: { type: 'string', short: 'c' },
      file: { type: 'string' },
      passphrase: { type: 'string' },
      name: { type: 'string' },
      app: { type: 'string' },
      scopes: { type: 'string' },
      days: { type: 'string' },
      id: { type: 'string' },
      erased: { type: 'string' },
      tenant: { type: 'string' },
      user: { type: 'string' },
      password: { type: 'string' },
      by: { type: 'string' },
      engine: { type: 'string' },
      language: { type: 'string' },
      voice: { type: 'string' },
      text: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const command = positionals.join(' ')
  if (values.help) process.stdout.write(usage)
  else if (command === '' && values.config !== undefined) await serve(values.config)
  else if (command === 'config-reference') process.stdout.write(configReference())
  else if (command === 'doctor' && values.config !== undefined) await doctor(values.config)
  else if (command === 'keyring create' && values.file !== undefined)
    await createKeyringFile(values.file, values.passphrase)
  else if (command === 'migrate' && values.config !== undefined) await migrateDatabase(values.config, values)
  else if (command === 'backup' && values.config !== undefined)
    process.stdout.write(`${JSON.stringify(await backUp(values.config))}\n`)
  else if (command === 'restore' && values.config !== undefined) {
    const onStep = (step: object) => void process.stderr.write(`${JSON.stringify(step)}\n`)
    process.stdout.write(`${JSON.stringify(await restore(values.config, { ...values, onStep }))}\n`)
  } else if (command === 'retention plan' && values.config !== undefined)
    process.stdout.write(`${await planText(values.config, values)}\n`)
  else if (command === 'recording keys' && values.config !== undefined && values.id !== undefined)
    process.stdout.write(`${JSON.stringify(await recordingKeys(values.config, values.id))}\n`)
  else if (
    command === 'speech try' &&
    values.config !== undefined &&
    values.engine !== undefined &&
    values.file !== undefined
  ) {
    const { engine, file, language = 'en-US' } = values
    await trySpeech(
      values.config,
      { engine, file, language },
      (line) => void process.stdout.write(`${line}\n`),
    )
  } else if (
    command === 'voices try' &&
    values.config !== undefined &&
    values.text !== undefined &&
    values.file !== undefined
  ) {
    const { voice, text, file, language } = values
    await tryVoice(
      values.config,
      { voice, text, file, language },
      (line) => void process.stdout.write(`${line}\n`),
    )
  } else if (command === 'dialing lift' && values.config !== undefined && values.app !== undefined)
    await liftDialing(values.config, values.app)
  else if (command === 'token create' && values.config !== undefined) {
    process.stdout.write(`${await createTokenText(values.config, values)}\n`)
  } else {
    process.stderr.write(usage)
    process.exitCode = 2
  }
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof ConfigError ? error.message : describe(error)}\n`)
  process.exitCode = 1
}

function describe(error: unknown): string {
  const lines = []
  for (let cause = error; cause instanceof Error && lines.length < 5; cause = cause.cause)
    lines.push(`${cause.name}: ${cause.message}`)
  return lines.length === 0 ? String(error) : lines.join('\n  because: ')
}
