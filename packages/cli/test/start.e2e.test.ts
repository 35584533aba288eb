import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { matchSpeech } from '#demo'
import { callerSpeech } from '@voxkeep/softphone'
import { parseWav, serializeWav, toMono8k } from '@voxkeep/wire/wav'

const root = join(import.meta.dirname, '../../..')
const start = readFileSync(join(root, 'docs/start.md'), 'utf8')
/** The commands that a new user types, as the page has them. */
const commands = [...start.matchAll(/^ {4}\$ (.+)$/gm)].map(([, command = '']) => command)

interface Outcome {
  readonly webhooks: readonly { readonly type: string; readonly status: number }[]
  readonly streams: number
  readonly answered: boolean
}

/** Runs one of them, with more arguments; resolves with what it prints. */
async function run(command: string, more: readonly string[]): Promise<string> {
  const child = spawn('/bin/sh', ['-c', `${command} "$@"`, 'sh', ...more], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [output, errors]: [string[], string[]] = [[], []]
  child.stdout.on('data', (text: Buffer) => output.push(text.toString()))
  child.stderr.on('data', (text: Buffer) => errors.push(text.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  assert.equal(code, 0, errors.join(''))
  return output.join('')
}

/** Three seconds of the caller, for a quick test. */
async function writeSpeech(file: string): Promise<Int16Array> {
  const speech = (await callerSpeech()).slice(0, 3 * 8_000)
  const data = new Uint8Array(speech.buffer, speech.byteOffset, speech.byteLength)
  await writeFile(file, serializeWav({ format: 'pcm16', sampleRateHz: 8_000, channels: 1, data }))
  return speech
}

test(
  'docs/start.md leads from a clone to a conversation with a model in at most five commands',
  { timeout: 120_000 },
  async (t) => {
    assert.ok(commands.length <= 5, String(commands.length))
    const call = commands.findIndex((command) => command.includes('openai-realtime'))
    assert.ok(call > 0)
    assert.deepEqual(commands.slice(0, call), ['git clone THIS_REPOSITORY voxkeep', 'cd voxkeep'])

    const dir = await mkdtemp(join(tmpdir(), 'voxkeep-start-'))
    t.after(() => rm(dir, { recursive: true }))
    const [wav, out] = [join(dir, 'caller.wav'), join(dir, 'heard.wav')]
    const speech = await writeSpeech(wav)
    const startedMs = performance.now()
    const outcome = JSON.parse(
      await run(commands[call] ?? '', ['--json', '--wav', wav, '--out', out, '--listen', '4']),
    ) as Outcome
    const tookMs = performance.now() - startedMs
    t.diagnostic(`from the third command to the end of the conversation: ${(tookMs / 1_000).toFixed(1)} s`)

    assert.equal(outcome.answered, true)
    assert.equal(outcome.streams, 1)
    assert.deepEqual(outcome.webhooks[0], { type: 'call.incoming', status: 200 })
    assert.ok(outcome.webhooks.slice(1).every(({ status }) => status === 204))
    const file = parseWav(await readFile(out))
    assert.ok(!('error' in file))
    const heard = toMono8k(file)
    assert.ok(loudness(heard.subarray(0, 8_000)) > 1_000, 'the model greets')
    // The stand-in says back what it heard, from the first word on.
    const { correlation } = matchSpeech(speech.subarray(4_000, 20_000), heard)
    assert.ok(correlation > 0.9, `the caller hears what they said: ${correlation}`)
  },
)

function loudness(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length)
}
