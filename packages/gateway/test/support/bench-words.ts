import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { commands } from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import { startGateway } from './gateway-process.ts'
import { startSpeechServers } from './speech-servers.ts'
import { knowingRecogniser, speakWords } from './word-speech.ts'

/**
 * `node packages/gateway/test/support/bench-words.ts [calls] [seconds]`: what listening and redaction cost a call, in CPU time of the gateway's process. The engine runs
 * in this process, so that its own work is not in the figures.
 */
const [calls = 10, seconds = 20] = process.argv.slice(2).map(Number)
const ticksPerSecond = 100
const pause = 3
const speech = speakWords([
  'hello i am calling about my order from last week',
  'my name is margaret thompson and my number is two oh two five five five oh one four seven',
  'it was the blue one and it has not come yet',
  'the card was four one one one one one one one one one one one one one one one',
  'could you look where it is please i would like to have it by friday',
])

/** Only recorded; heard by an engine as well; what is found overwritten as well; transcripts kept and told as well. */
type Mode = 'recorded' | 'heard' | 'redacted' | 'told'
const policies: Readonly<Record<Exclude<Mode, 'recorded'>, object>> = {
  heard: { redact: false, transcripts: 'off', events: 'off', types: ['url'] },
  redacted: { transcripts: 'off', events: 'off' },
  told: {},
}

async function measure(
  mode: Mode,
): Promise<{ cpuMsPerSecond: number; toAppP50Ms: number; toAppP99Ms: number }> {
  await using ears = await startSpeechServers({ recognise: () => knowingRecogniser(speech) })
  let dir = ''
  await using gateway = await startGateway({
    decide: (_, url) => [commands.record(), commands.stream(url)],
    scopes: ['calls:read'],
    prepare: (folder) => writeFile(join((dir = folder), 'ears.pem'), ears.caPem),
    configure(settings) {
      if (mode === 'recorded') return
      const engine = {
        id: 'ears',
        kind: 'vosk',
        url: `wss://127.0.0.1:${ears.port}/vosk`,
        caFile: join(dir, 'ears.pem'),
        dataClasses: ['personal', 'payment', 'health'],
        trainingOptOut: true,
      }
      settings['speech'] = { engines: [engine] }
      settings['privacy'] = { policies: [{ id: 'care', engine: 'ears', ...policies[mode] }] }
      settings['tenants'] = [{ id: 'default', privacy: 'care' }]
    },
  })
  const hangUp = new AbortController()
  const running = Array.from({ length: calls }, (_, index) => {
    let next = 0
    const frames = () => {
      const at = (next++ * 160) % speech.samples.length
      return speech.samples.subarray(at, at + 160)
    }
    return placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550199',
      to: `call-${index}`,
      speech: frames,
      signal: hangUp.signal,
    })
  })
  await Promise.all(running.map((_, index) => gateway.app.call(`call-${index}`).stream()))
  await setTimeout(pause * 1_000)
  const from = await cpuOf(gateway.process.pid)
  await setTimeout(seconds * 1_000)
  const used = (await cpuOf(gateway.process.pid)) - from
  hangUp.abort()
  await Promise.all(running)
  const call = await gateway.app.call('call-0').id()
  await gateway.app.call('call-0').told('call.ended')
  const { story } = await gateway.api.calls.get(call)
  const stats = story.find(({ kind }) => kind === 'statistics')?.fields as Record<string, number> | undefined
  return {
    cpuMsPerSecond: (used * 1_000) / seconds / calls,
    toAppP50Ms: stats?.['toAppP50Ms'] ?? NaN,
    toAppP99Ms: stats?.['toAppP99Ms'] ?? NaN,
  }
}

/** Seconds of CPU time, all threads. */
async function cpuOf(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

for (const mode of ['recorded', 'heard', 'redacted', 'told'] as const)
  process.stdout.write(`${JSON.stringify({ mode, calls, seconds, ...(await measure(mode)) })}\n`)
