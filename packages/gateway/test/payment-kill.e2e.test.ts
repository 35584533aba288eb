import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { Secret } from '#kernel'
import { startFakeAcquirer } from './support/fake-acquirer.ts'
import { filesBelow, findMarkers, textMarkers, textSource } from './support/markers.ts'
import { call, paymentsOf, tenant, type PayKillPlace } from './support/pay-kill-place.ts'

const card = { number: '4242424242424242', code: '9173' }
const child = join(import.meta.dirname, 'support/pay-kill-child.ts')

describe('payments whose process is killed before the answers come', () => {
  test(
    'are known again after a restart: charged once, or not made, and never sent again',
    { timeout: 60_000 },
    async () => {
      await using stack = new AsyncDisposableStack()
      const dir = await mkdtemp(join(tmpdir(), 'voxkeep-pay-'))
      stack.defer(() => rm(dir, { recursive: true, force: true }))
      const server = stack.use(await startFakeAcquirer({ mutualTls: false }))
      const caFile = join(dir, 'ca.pem')
      await writeFile(caFile, server.pki.caPem)
      const place: PayKillPlace = { dir, origin: server.origin, caFile, secret: server.secret }
      server.faults.push({ when: 'after', how: 'hang' }, { when: 'before', how: 'hang' })

      const output = await killWhilePaying(place, () => server.requests.length === 2)
      assert.equal(output, 'paying\n')
      const files = [textSource('output', output), ...filesBelow(dir)]
      assert.ok(files.length > 20)
      assert.deepEqual(findMarkers(files, textMarkers('card number', card.number)), [])
      // Four digits are found by chance in so many bytes, but not as a value of their own.
      assert.ok(!readFileSync(join(dir, 'audit.jsonl'), 'utf8').includes(`"${card.code}"`))

      const parts = stack.use(await paymentsOf(place))
      const rows = () => parts.store.ofCall(tenant, call)
      assert.ok(!JSON.stringify(await rows()).includes(`"${card.code}"`))
      // One is known; of the other nobody says yet that it was not made: it might still be on its way.
      await until(async () => (await rows()).some(({ state }) => state === 'succeeded'), 'one is known again')
      await until(
        async () => (await rows()).some(({ state, attempts }) => state === 'unknown' && attempts > 0),
        'one was looked up',
      )
      const { signal } = new AbortController()
      const again = await Promise.all(
        [1, 2].map((nth) => parts.payments.pay('cards', parts.request(freshCard(), nth), signal)),
      )
      assert.deepEqual(again.map(({ outcome }) => outcome).toSorted(), ['succeeded', 'unknown'])
      assert.equal(server.charged, 1)
      assert.equal(server.requests.filter(({ method }) => method === 'POST').length, 2)
    },
  )
})

function freshCard() {
  const digits = (text: string) => new Secret(new Uint8Array(Buffer.from(text)))
  const details = {
    number: digits(card.number),
    expiry: { month: 3, year: 2031 },
    code: digits(card.code),
    postalCode: undefined,
  }
  return { kind: 'card', card: details } as const
}

/** Lets a child pay, and kills it with SIGKILL once `is` holds; what it said. */
async function killWhilePaying(place: PayKillPlace, is: () => boolean): Promise<string> {
  const paying = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', child], {
    env: { ...process.env, VOXKEEP_PAY_KILL: JSON.stringify(place) },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(paying, 'exit')
  let output = ''
  paying.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  paying.stdin.end(JSON.stringify(card))
  try {
    await until(async () => is() || paying.exitCode !== null, 'the provider was asked')
  } finally {
    paying.kill('SIGKILL')
    await exited
  }
  return output
}

async function until(is: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const giveUpMs = Date.now() + 20_000
  while (!(await is())) {
    if (Date.now() > giveUpMs) throw new Error(`waited in vain: ${what}`)
    await wait(20)
  }
}
