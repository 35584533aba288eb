import { createHash } from 'node:crypto'
import { globSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createDeployment, freePorts, runGatewayCommand, type Deployment } from '@voxkeep/deployment'
import { callerSpeech, placeCall, type CallEvent, type CallResult } from '@voxkeep/softphone'
import { checkTrail } from './audit-trail.ts'
import { makeAttempts } from './attempts.ts'
import type { AppStats, DemoFacts, RecordingFacts } from './facts.ts'
import { gatewayApi, type GatewayApi } from './gateway-api.ts'
import { searchFolders } from './plaintext-search.ts'
import { roundTrips, type RoundTrips } from './round-trips.ts'
import { matchSpeech } from './speech-match.ts'
import { startProgram, type Program } from './start-program.ts'
import { excusedFiles, whatToLookFor } from './what-to-look-for.ts'

export interface DemoOptions {
  /** An empty folder; everything that the demo's programs write lies below it. */
  readonly dir: string
  /** Node's arguments that run each program. */
  readonly gateway: readonly string[]
  readonly app: readonly string[]
  /** Told what happens, in words. */
  readonly progress: (text: string) => void
  readonly signal: AbortSignal
}

// Numbers set aside for stories (NANP 555-01XX).
const caller = '+12025550143'
const called = '+12025550187'
const samplesPerFrame = 160
const samplesPerMs = 8
const leadMs = 1_000 // of silence: the app joins a moment after the answer, and nothing of the sentence is to be missed
const tailMs = 1_000 // for the last of the echo

interface Ports {
  readonly sip: number
  readonly api: number
  readonly app: number
}

/**
 * Makes a deployment, places one call through it, and looks at everything that came of it. What is found out goes into
 * `facts` as it comes, so that it is there when a later step rejects. Every program it started is stopped when it settles.
 */
export async function runDemo(options: DemoOptions, facts: DemoFacts): Promise<void> {
  const { dir, signal } = options
  const step = (title: string) => {
    signal.throwIfAborted()
    facts.steps.push({ title, atMs: performance.now() })
    options.progress(title)
  }
  step('making a deployment: authority, certificates, keyring')
  const [sip, api, app] = (await freePorts(3)) as [number, number, number]
  const ports = { sip, api, app }
  const deployment = await deploy(dir, ports)
  setDefaultCACertificates([...getCACertificates('default'), deployment.caPem])
  step('making an API token')
  const token = await makeToken(deployment)

  await using programs = new AsyncDisposableStack()
  step('starting the app: it verifies what it is sent, records, and sends the audio back')
  const appProgram = programs.use(await startApp(options, deployment))
  step('starting the gateway')
  const gateway = programs.use(await startGateway(options, deployment))

  step('calling, with the caller’s sentence spoken over SRTP')
  const speech = await callerSpeech()
  facts.spoken = speech
  const trips = roundTrips()
  facts.phone = await call(options, { deployment, port: sip, speech, trips })
  Object.assign(facts, measured(trips))
  facts.heard = matchSpeech(speech, facts.phone.heard)

  step('reading what the gateway kept: story, receipt, audit log')
  const asked = gatewayApi(`https://127.0.0.1:${api}`, token)
  const ended = await asked.endedCall(10_000)
  facts.call = ended
  facts.trail = await asked.trail(ended.id)
  facts.hashes = checkTrail(facts.trail, 'default', ended.id)
  step('decrypting the recording through the API and comparing it with what was said')
  const { recording, ulaw } = await checkRecording(asked, { dir, call: ended.id, speech })
  facts.recording = recording

  step('trying what must not work')
  facts.attempts = await makeAttempts({
    ca: deployment.caPem,
    sipPort: sip,
    appPort: app,
    apiUrl: `https://127.0.0.1:${api}`,
    api: asked,
    recording: recording.row.id,
    recordingFile: await recordingFile(dir, recording.row.id),
  })
  for (const { what, how } of facts.attempts) options.progress(`  ${what}: ${how}`)

  step('stopping the gateway and the app')
  facts.gatewayExit = (await gateway.stop()).code
  facts.app = (await appProgram.stop()).lastLine as AppStats
  step('searching everything that was written for plaintext')
  const { webhookSecret } = deployment
  const confidential = { dir, caller, called, webhookSecret, token, spoken: speech, recorded: ulaw }
  facts.search = await searchFolders(dir, ['data', 'logs'], await whatToLookFor(confidential), excusedFiles)
}

async function deploy(dir: string, ports: Ports): Promise<Deployment> {
  await mkdir(join(dir, 'logs'), { mode: 0o700 })
  // A corner of the range of its own, since other demos and tests may run on the machine.
  const rtpMin = 20_000 + 100 * (process.pid % 100)
  // Everything is logged, so that the search for plaintext has the most to find.
  return createDeployment({ dir, ports: { ...ports, rtpMin, rtpMax: rtpMin + 99 }, logLevel: 'debug' })
}

function makeToken({ configPath }: Deployment): Promise<string> {
  const scopes = 'calls:read,recordings:read'
  return runGatewayCommand(['token', 'create', '--config', configPath, '--name', 'demo', '--scopes', scopes])
}

async function startApp({ app, dir }: DemoOptions, deployment: Deployment): Promise<Program> {
  const config = join(dir, 'app.json')
  const { port, certFile, keyFile } = deployment.app
  const settings = { port, certFile, keyFile, secretFiles: [deployment.webhookSecretFile], record: true }
  await writeFile(config, JSON.stringify(settings), { mode: 0o600 })
  return startProgram({
    name: 'app',
    args: [...app, '--config', config],
    logFile: join(dir, 'logs/app.log'),
  })
}

function startGateway({ gateway, dir }: DemoOptions, { configPath }: Deployment): Promise<Program> {
  return startProgram({
    name: 'gateway',
    args: [...gateway, '--config', configPath],
    logFile: join(dir, 'logs/gateway.log'),
  })
}

interface CallParts {
  readonly deployment: Deployment
  readonly port: number
  readonly speech: Int16Array
  readonly trips: RoundTrips
}

async function call(
  options: DemoOptions,
  { deployment, port, speech, trips }: CallParts,
): Promise<CallResult> {
  const spoken = new Int16Array(leadMs * samplesPerMs + speech.length)
  spoken.set(speech, leadMs * samplesPerMs)
  let at = 0
  const speak = (): Int16Array | undefined => {
    if (at >= spoken.length) return undefined
    const frame = spoken.slice(at, at + samplesPerFrame)
    at += samplesPerFrame
    trips.sent(frame, performance.now())
    return frame
  }
  return placeCall({
    host: '127.0.0.1',
    port,
    ca: deployment.caPem,
    from: caller,
    to: called,
    speech: speak,
    codecs: ['PCMU'],
    onPayload: (payload) => trips.received(payload, performance.now()),
    onEvent: (event) => tellEvent(event, options.progress),
    hangupAfterMs: spoken.length / samplesPerMs + tailMs,
    signal: options.signal,
  })
}

function tellEvent(event: CallEvent, progress: DemoOptions['progress']): void {
  switch (event.kind) {
    case 'connected':
      return progress(`  SIP over ${event.tls.protocol}, ${event.tls.cipher}, certificate verified`)
    case 'ringing':
      return progress(`  ${event.status}: the app is being asked by signed webhook`)
    case 'answered':
      return progress(`  answered after ${event.setupMs.toFixed(0)} ms; audio under ${event.srtpSuite}`)
    case 'heard':
      return progress('  audio flows both ways; the caller speaks for twelve seconds')
    case 'ended':
      return progress(`  over: ${event.end.why}`)
  }
}

/** Nothing when no frame came back. */
function measured({ matched, percentileMs }: RoundTrips): Pick<DemoFacts, 'roundTrips'> {
  const [p50Ms, p99Ms] = [percentileMs(0.5), percentileMs(0.99)]
  return p50Ms === undefined || p99Ms === undefined ? {} : { roundTrips: { matched, p50Ms, p99Ms } }
}

const moveMs = 10_000

/** Where a recording lies once it is moved from the spool to its folder, which is soon after it was sealed. */
async function recordingFile(dir: string, id: string): Promise<string> {
  for (const untilMs = performance.now() + moveMs; performance.now() < untilMs; await setTimeout(50)) {
    const [found] = globSync(`data/objects/audio/*/*/${id}.vxr`, { cwd: dir })
    if (found !== undefined) return join(dir, found)
  }
  throw new Error(`the recording ${id} is not on the disk`)
}

async function checkRecording(
  api: GatewayApi,
  { dir, call, speech }: { dir: string; call: string; speech: Int16Array },
): Promise<{ recording: RecordingFacts; ulaw: Uint8Array }> {
  const row = await api.recordingOf(call)
  const sealed = await readFile(await recordingFile(dir, row.id))
  const { left, right, ulaw } = await api.audio(row.id)
  const recording = {
    row,
    fileSha256: createHash('sha256').update(sealed).digest('hex'),
    fileBytes: sealed.length,
    left,
    right,
    leftMatch: matchSpeech(speech, left),
    rightMatch: matchSpeech(speech, right),
  }
  return { recording, ulaw }
}
