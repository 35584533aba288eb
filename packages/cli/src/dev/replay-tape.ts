import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '@voxkeep/deployment'
import { deploymentOf } from './dev-deployment.ts'
import { replay, type ReplayReport } from './replay.ts'
import { startApp, startMock, type StartOptions } from './start-app.ts'
import type { Tape } from './tape.ts'

export interface TapeOptions extends Omit<StartOptions, 'watch'> {
  readonly tape: Tape
  readonly signal: AbortSignal
}

/** Runs an app, and plays a gateway's part of a tape to it. No gateway runs. */
export async function replayTape(options: TapeOptions): Promise<ReplayReport> {
  const deployment = await deploymentOf(options)
  await using programs = new AsyncDisposableStack()
  const [appPort = 0] = await freePorts(1)
  const start = { ...options, watch: false }
  const env = await startMock(start, programs)
  await startApp(start, { deployment, appPort, env, programs })
  const secret = (await readFile(join(deployment.folder, 'secrets/webhook'), 'utf8')).trim()
  const { tape, tell, signal } = options
  const publicUrl = `https://127.0.0.1:${deployment.port}`
  return await replay({ tape, port: appPort, publicUrl, ca: deployment.ca, secret, tell, signal })
}
