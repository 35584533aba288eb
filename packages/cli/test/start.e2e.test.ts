import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { matchSpeech } from '#demo'
import { callerSpeech } from '@voxkeep/softphone'
import { parseWav, toMono8k } from '@voxkeep/wire/wav'

const root = join(import.meta.dirname, '../../..')
const start = readFileSync(join(root, 'docs/start.md'), 'utf8')
/** The commands that a new user types, as the page has them. */
const commands = [...start.matchAll(/^ {4}\$ (.+)$/gm)].map(([, command = '']) => command)
/** For all of them; the test has a few seconds more, to put things away. */
const withinMs = 110_000

/** Why a new user's path cannot be gone here. In CI it can be. */
function missing(): string | false {
  if (process.env['CI']) return false
  if (!existsSync(join(root, '.git'))) return 'there is no .git here to clone from'
  try {
    execFileSync('git', ['--version'], { stdio: 'ignore' })
    execFileSync('npm', ['view', 'typescript', 'version', '--fetch-retries=0'], {
      stdio: 'ignore',
      timeout: 15_000,
    })
    return false
  } catch {
    return 'git, npm or the npm registry is missing'
  }
}

/** An empty folder and an environment that know nothing of this checkout. */
async function newUser(t: TestContext): Promise<{ readonly dir: string; readonly env: NodeJS.ProcessEnv }> {
  const dir = await mkdtemp(join(tmpdir(), 'voxkeep-start-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const [temporary, gitConfig] = [join(dir, 'tmp'), join(dir, 'gitconfig')]
  await mkdir(temporary)
  // In a container the checkout may be another user's.
  await writeFile(gitConfig, '[safe]\n\tdirectory = *\n')
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const path = folders.filter((folder) => !folder.startsWith(root)).join(delimiter)
  return { dir, env: { ...process.env, PATH: path, TMPDIR: temporary, GIT_CONFIG_GLOBAL: gitConfig } }
}

interface Typed {
  /** Where the shell is afterwards. */
  readonly cwd: string
  /** On both outputs. */
  readonly said: string
  readonly tookMs: number
}

/** Types a command into a shell. Whatever happens, nothing that it started runs when this settles. */
async function type(
  command: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<Typed> {
  const { cwd, env, signal } = options
  const startedMs = performance.now()
  const child = spawn('/bin/sh', ['-ec', `${command}\npwd >&3`], {
    cwd,
    env,
    detached: true, // a process group, which is ended as a whole
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  })
  const stop = () => signalGroup(child.pid, 'SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  const [out, errors, there, [code]] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
    once(child, 'close') as Promise<[number | null]>,
  ])
  signal.removeEventListener('abort', stop)
  const tookMs = performance.now() - startedMs
  assert.equal(stop(), false, `${command} left a process running`)
  assert.ok(!signal.aborted, `not over after ${withinMs} ms: ${command}\n${errors}`)
  assert.equal(code, 0, `${command}\n${errors}`)
  return { cwd: there.trim(), said: out + errors, tookMs }
}

/** False when there is nobody in it. */
function signalGroup(leader: number | undefined, signal: NodeJS.Signals): boolean {
  try {
    return leader !== undefined && process.kill(-leader, signal)
  } catch {
    return false
  }
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`

/** Types all of them, one after the other, in one place; resolves with what the last one said, and where. */
async function typeAll(t: TestContext): Promise<Typed> {
  const { dir, env } = await newUser(t)
  const signal = AbortSignal.timeout(withinMs)
  const startedMs = performance.now()
  let last: Typed = { cwd: dir, said: '', tookMs: 0 }
  for (const command of commands) {
    // Over a URL git copies, as from afar, instead of linking.
    const typed = command.replace('THIS_REPOSITORY', pathToFileURL(root).href)
    last = await type(typed, { cwd: last.cwd, env, signal })
    t.diagnostic(`${seconds(last.tookMs)}: ${command}`)
  }
  t.diagnostic(`${seconds(performance.now() - startedMs)} from a clone to the end of the conversation`)
  return last
}

test(
  'docs/start.md leads from a clone to a conversation with a model in at most five commands',
  { timeout: 120_000, skip: missing() },
  async (t) => {
    assert.ok(commands.length <= 5, String(commands.length))
    assert.match(commands[0] ?? '', /^git clone THIS_REPOSITORY /)
    const call = / dev examples\/openai-realtime --mock --call --out (?<out>\S+)$/.exec(commands.at(-1) ?? '')
    assert.ok(call, 'the last one is a call to the example')
    const { cwd, said } = await typeAll(t)

    assert.match(said, /answered after \d+ ms, SRTP A/)
    const streams = [...said.matchAll(/stream \d+ open, (.+)/g)].map(([, wire]) => wire)
    assert.deepEqual(streams, ['voxkeep.media.v1'])
    assert.equal(/→ (\S+)/.exec(said)?.[1], 'call.incoming')
    const [first, ...others] = [...said.matchAll(/← (\d+)/g)].map(([, status]) => Number(status))
    assert.equal(first, 200)
    assert.ok(others.length > 0 && others.every((status) => status === 204), String(others))
    const file = parseWav(await readFile(join(cwd, call.groups?.['out'] ?? '')))
    assert.ok(!('error' in file))
    const heard = toMono8k(file)
    assert.ok(loudness(heard.subarray(0, 8_000)) > 1_000, 'the model greets')
    // The stand-in says back what it heard, from the first word on.
    const spoken = (await callerSpeech()).subarray(4_000, 28_000)
    const { correlation } = matchSpeech(spoken, heard)
    assert.ok(correlation > 0.9, `the caller hears what they said: ${correlation}`)
  },
)

function loudness(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length)
}
