import { join } from 'node:path'
import { startProgram } from '#demo'
import { callerSpeech, placeCall, type CallResult } from '@voxkeep/softphone'
import { freePorts } from '@voxkeep/deployment'
import { deploymentOf, type DevDeployment } from './dev-deployment.ts'
import { callTarget } from './call-target-of.ts'
import type { App } from './app-of.ts'
import { startApp, startMock } from './start-app.ts'
import { openWindow } from './app-window.ts'
import { recorder, type Tape } from './tape.ts'

export interface DevOptions {
  readonly app: App
  /** An empty folder for logs, and for a deployment where the app has none. */
  readonly dir: string
  /** Node's arguments that run the gateway, and those before an app's program. */
  readonly gateway: readonly string[]
  readonly nodeFlags: readonly string[]
  /** Starts the app's stand-in for what it needs. */
  readonly mock: boolean
  /** Starts the app again when its files change. */
  readonly watch: boolean
  /** Places a call, which says this WAV file (or the sentence that comes with Voxkeep), and ends with it. */
  readonly call?: { readonly to: string; readonly wav?: string; readonly listenMs: number }
  /** Told what happens, in words. */
  readonly tell: (text: string) => void
  readonly signal: AbortSignal
}

export interface DevOutcome {
  readonly tape: Tape
  /** Whether the tape holds all of it. */
  readonly isWhole: boolean
  readonly call?: CallResult
}

const leadMs = 2_000 // the app may have something to say first

/** Runs a gateway, an app, and what shows how they talk, until the call is over or the signal is aborted. */
export async function runDev(options: DevOptions): Promise<DevOutcome> {
  const { app, dir, tell, signal } = options
  await using programs = new AsyncDisposableStack()
  const deployment = await deploymentOf(options)
  const [appPort = 0] = await freePorts(1)
  const tape = recorder()
  const window = { ...deployment, appPort, recorder: tape, tell, nowMs: () => performance.now() }
  programs.use(await openWindow(window))
  const env = await startMock(options, programs)
  await startApp(options, { deployment, appPort, env, programs })
  tell('starting the gateway')
  programs.use(
    await startProgram({
      name: 'gateway',
      args: [...options.gateway, '--config', deployment.config],
      logFile: join(dir, 'gateway.log'),
      onLine: (line) => showGateway(line, tell),
    }),
  )
  tell(`ready: ${app.folder} behind https://127.0.0.1:${deployment.port}`)
  const call = await (options.call === undefined
    ? waitFor(signal, deployment, tell)
    : place(options, deployment))
  return { tape: tape.tape(), isWhole: !tape.isFull, ...(call && { call }) }
}

/** Warnings and errors of the gateway's log, which is JSON, a line each. */
function showGateway(line: string, tell: (text: string) => void): void {
  try {
    const { level, msg, message } = JSON.parse(line) as { level?: string; msg?: string; message?: string }
    if (level === 'warn' || level === 'error') tell(`gateway │ ${level}: ${msg ?? message ?? line}`)
  } catch {
    tell(`gateway │ ${line}`)
  }
}

async function waitFor(
  signal: AbortSignal,
  { config }: DevDeployment,
  tell: (text: string) => void,
): Promise<undefined> {
  tell(`call it: ./voxkeep call --config ${config}   (Ctrl-C ends)`)
  if (signal.aborted) return
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}

async function place(options: DevOptions, { config }: DevDeployment): Promise<CallResult> {
  const { call, tell, signal } = options
  const speech = await callerSpeech(call?.wav)
  const spoken = new Int16Array(leadMs * 8 + speech.length)
  spoken.set(speech, leadMs * 8)
  const { host, port, ca } = callTarget(config)
  tell(`calling ${call?.to}`)
  const result = await placeCall({
    host,
    port,
    ...(ca !== undefined && { ca }),
    from: 'softphone',
    to: call?.to ?? '',
    speech: spoken,
    codecs: ['PCMU'],
    hangupAfterMs: spoken.length / 8 + (call?.listenMs ?? 0),
    onEvent: (event) => {
      if (event.kind === 'answered')
        tell(`  answered after ${event.setupMs.toFixed(0)} ms, SRTP ${event.srtpSuite}`)
      if (event.kind === 'heard') tell('  the other side is heard')
    },
    signal,
  })
  tell(`  over: ${result.end.why}`)
  return result
}
