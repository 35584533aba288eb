import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createDeployment, freePorts } from '@voxkeep/deployment'
import type { App } from './app-of.ts'
import { callTarget } from './call-target-of.ts'

export interface DevDeployment {
  readonly config: string
  readonly folder: string
  /** Where the gateway expects its app. */
  readonly port: number
  readonly certFile: string
  readonly keyFile: string
  readonly ca: string
}

interface Wanted {
  readonly app: App
  readonly dir: string
  readonly tell: (text: string) => void
}

/** The app's own, or one that is made for this once. */
export async function deploymentOf({ app, dir, tell }: Wanted): Promise<DevDeployment> {
  const folder = app.deployment ?? join(dir, 'gateway')
  if (app.deployment === undefined) {
    tell('making a deployment, for this once')
    const [sip = 0, api = 0, appPort = 0] = await freePorts(3)
    await mkdir(folder, { recursive: true })
    const rtpMin = 20_000 + 100 * (process.pid % 100)
    await createDeployment({ dir: folder, ports: { sip, api, app: appPort, rtpMin, rtpMax: rtpMin + 99 } })
  }
  const config = join(folder, 'voxkeep.yaml')
  const { ca = '', appPort } = callTarget(config)
  return {
    config,
    folder,
    ca,
    port: appPort,
    certFile: join(folder, 'tls/app.pem'),
    keyFile: join(folder, 'tls/app.key'),
  }
}
