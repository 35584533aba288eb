import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { program, without, type Counterpart } from './support/counterpart.ts'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'
import { readMetrics } from './support/metrics.ts'
import { startProgram } from './support/program.ts'
import { assertUntouched, startSteadyCall, type SteadyCall } from './support/steady-call.ts'
import { startUdpRelay, type Exchange, type UdpRelay } from './support/udp-relay.ts'

const skip = without('svmap', 'svwar', 'svcrack')
const known = '105'
const password = 'the-right-one'
/** Each scanner comes from an address of its own: a ban is meant to last. */
const from = {
  stranger: '127.0.0.9',
  named: '127.0.0.10',
  map: '127.0.0.11',
  war: '127.0.0.12',
  crack: '127.0.0.13',
}

interface Attacked {
  readonly gateway: GatewayProcess
  readonly steady: SteadyCall
}

describe('sipvicious, while a call goes on', { skip, timeout: 120_000, concurrency: 2 }, () => {
  const stack = new AsyncDisposableStack()
  let folder = ''
  let byAddress: Attacked
  let byPassword: Attacked
  before(async () => {
    process.env['VOXKEEP_TEST_TRUNK'] = password
    const roaming = ({ trunks }: Settings) => {
      const digest = { username: known, password: 'env:VOXKEEP_TEST_TRUNK', algorithms: ['MD5'] }
      trunks.push({ ...trunks[0], id: 'roaming', allowedAddresses: [], digest })
    }
    const start = async (configure: (settings: Settings) => void): Promise<Attacked> => {
      const scopes = ['calls:read', 'metrics:read'] as const
      const gateway = stack.use(await startGateway({ scopes, configure }))
      return { gateway, steady: stack.use(await startSteadyCall(gateway, 'steady')) }
    }
    ;[byAddress, byPassword] = await Promise.all([start(() => {}), start(roaming)])
  })
  after(() => stack.disposeAsync())

  /** Runs a tool to its end; resolves with what it printed. */
  async function run(name: Counterpart, gateway: GatewayProcess, args: readonly string[]): Promise<string> {
    folder ||= await gateway.folder()
    await using tool = await startProgram({
      command: program(name),
      args,
      env: { HOME: folder },
      cwd: folder,
    })
    await tool.exited
    return tool.output()
  }

  async function relay(gateway: GatewayProcess, address: string, disguised = true): Promise<UdpRelay> {
    const disguise = (request: string) =>
      request.replaceAll(/friendly-scanner|sipvicious/g, 'Yealink').replaceAll('100@1.1.1.1', '100@127.0.0.1')
    const { caPem: ca } = gateway.deployment
    return startUdpRelay({ to: gateway.sipPort, ca, from: address, ...(disguised && { disguise }) })
  }

  /** Tries the known user with the words of a file, and waits for no silence longer than three seconds. */
  const guess = (dictionary: string) => ['-u', known, '-d', dictionary, '--maximumtime', '3']
  const answers = (exchanges: readonly Exchange[]) => exchanges.flatMap(({ answer }) => answer ?? [])

  describe('at a gateway that knows its trunks by their addresses', { concurrency: 1 }, () => {
    before(() => ({ gateway, steady } = byAddress))
    let gateway: GatewayProcess
    let steady: SteadyCall

    test('svmap finds nothing by UDP, for nobody listens there', async () => {
      assert.match(await run('svmap', gateway, ['-p', String(gateway.sipPort), '127.0.0.1']), /found nothing/)
    })

    test('svmap, svwar and svcrack learn nothing through TLS from an address that is no trunk’s, and are banned', async () => {
      await using way = await relay(gateway, from.stranger)
      const port = String(way.port)
      const dictionary = join(await gateway.folder(), 'passwords')
      await writeFile(dictionary, `a\nb\n${password}\n`)
      const said = await Promise.all([
        run('svmap', gateway, ['-p', port, '127.0.0.1']),
        run('svwar', gateway, ['-p', port, '-e', '100-199', '--force', '127.0.0.1']),
        run('svcrack', gateway, ['-p', port, ...guess(dictionary), '127.0.0.1']),
      ])
      for (const text of said) assert.match(text, /found nothing/)
      assert.deepEqual(answers(way.exchanges), [])
      assert.ok(way.exchanges.length >= 3)
      assert.equal(way.doors.refused + way.doors.closed > 0, true)
    })

    test('svmap that does not hide its name is banned at its first word', async () => {
      await using way = await relay(gateway, from.named, false)
      assert.match(await run('svmap', gateway, ['-p', String(way.port), '127.0.0.1']), /found nothing/)
      assert.match(await run('svmap', gateway, ['-p', String(way.port), '127.0.0.1']), /found nothing/)
      assert.deepEqual(answers(way.exchanges), [])
      assert.ok(way.doors.closed === 1 && way.doors.refused >= 1, JSON.stringify(way.doors))
      const metric = await readMetrics(gateway)
      assert.equal(metric('sip_scanners_total', 'scanner="sipvicious"'), 1)
    })

    test('the call that went on has lost nothing', async () => {
      await steady.lives(1)
      assertUntouched(await steady.end())
    })
  })

  describe('at a gateway with a trunk that is known by its password alone', { concurrency: 1 }, () => {
    before(() => ({ gateway, steady } = byPassword))
    let gateway: GatewayProcess
    let steady: SteadyCall

    test('svmap learns no more than that SIP is spoken', async () => {
      await using way = await relay(gateway, from.map)
      await run('svmap', gateway, ['-p', String(way.port), '127.0.0.1'])
      const [answer = '', ...more] = answers(way.exchanges)
      assert.deepEqual(more, [])
      assert.match(answer, /^SIP\/2\.0 401 /)
      assert.deepEqual(innerWords(answer), [])
    })

    test('svwar meets one answer, whether it asks for nobody or for a user that is known, and gives up', async () => {
      const enumerate = async (method: string) => {
        await using way = await relay(gateway, from.war)
        const args = ['-p', String(way.port), '-m', method, '-e', `${known}-199`, '--force', '127.0.0.1']
        assert.match(await run('svwar', gateway, args), /found nothing/)
        const [nobody, user] = way.exchanges // svwar asks for a random user first
        assert.ok(nobody?.answer !== undefined && user?.answer !== undefined, method)
        assert.ok(!nobody.request.includes(`sip:${known}@`) && user.request.includes(`sip:${known}@`))
        assert.match(user.answer, /^SIP\/2\.0 401 /)
        assert.equal(shapeOf(user.answer), shapeOf(nobody.answer))
        assert.deepEqual(innerWords(user.answer), [])
        assert.ok(user.tookMs < 10 * nobody.tookMs + 50, `${user.tookMs} ms, for nobody ${nobody.tookMs} ms`)
      }
      for (const method of ['REGISTER', 'OPTIONS', 'INVITE']) await enumerate(method)
    })

    test('svcrack is banned before it reaches the right password', async () => {
      await using way = await relay(gateway, from.crack)
      const dictionary = join(await gateway.folder(), 'passwords')
      const wrong = Array.from({ length: 15 }, (_, index) => `guess-${index}`)
      await writeFile(dictionary, [...wrong, password, 'more', ''].join('\n'))
      const args = ['-p', String(way.port), ...guess(dictionary), '127.0.0.1']
      const said = await run('svcrack', gateway, args)
      assert.doesNotMatch(said, new RegExp(password))
      assert.ok(answers(way.exchanges).every((answer) => answer.startsWith('SIP/2.0 401 ')))
      const metric = await readMetrics(gateway)
      const tries = metric('sip_digest_refused_total')
      assert.ok(tries >= 1 && tries <= 10, `${tries} wrong passwords were judged`)
      assert.ok(metric('sip_sources_banned_total') >= 1)
      assert.ok(way.doors.closed >= 1, JSON.stringify(way.doors))
    })

    test('the call that went on has lost nothing', async () => {
      await steady.lives(1)
      assertUntouched(await steady.end())
    })
  })
})

/** An answer without what is the asker's own, and what is made anew for each. */
function shapeOf(answer: string): string {
  return answer
    .split('\r\n')
    .filter((line) => !/^(?:Via|From|Call-ID|CSeq):/i.test(line))
    .map((line) => line.replace(/^To:.*/i, 'To: …').replace(/nonce="[^"]*"/, 'nonce="…"'))
    .join('\n')
}

/** What would tell a stranger about the inside. */
function innerWords(answer: string): string[] {
  const own = answer
    .replaceAll(/^(?:Via|From|To|Call-ID|Contact):.*$/gim, '')
    .replaceAll(/nonce="[^"]*"/g, '')
  const words = own.toLowerCase().split(/[^a-z0-9.-]+/)
  return [hostname(), '127.0.0.1', 'node', 'linux', process.version, '0.1.0', 'openssl'].filter((word) =>
    words.includes(word.toLowerCase()),
  )
}
