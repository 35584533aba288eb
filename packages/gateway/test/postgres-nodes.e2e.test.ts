import assert from 'node:assert/strict'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { commands } from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import { startGateway, type GatewayProcess } from './support/gateway-process.ts'
import { startPostgres, withoutPostgres, type PostgresServer } from './support/postgres.ts'

describe('two gateways on one PostgreSQL server', { skip: withoutPostgres(), timeout: 180_000 }, () => {
  const stack = new AsyncDisposableStack()
  let server: PostgresServer
  let one: GatewayProcess
  let two: GatewayProcess
  let begin: (name: string, keyring?: string) => Promise<GatewayProcess>

  before(async () => {
    server = stack.use(await startPostgres())
    const { settings } = await server.createDatabase()
    const database = { ...settings, pool: { connectTimeoutMs: 4_000 } }
    begin = async (name, keyring) => {
      const gateway = await startGateway({
        configure: (settings) => Object.assign(settings, { database, node: { name } }),
        prepare: async (dir) => {
          if (keyring !== undefined) await copyFile(keyring, join(dir, 'data/keyring.json'))
        },
        scopes: ['calls:read', 'recordings:read'],
        decide: (_, streamUrl) => [commands.record(), commands.stream(streamUrl)],
      })
      return stack.use(gateway)
    }
    one = await begin('one')
    two = await begin('two', join(one.deployment.dataDir, 'keyring.json'))
  })
  after(() => stack.disposeAsync())

  /** A call to a gateway that goes on until somebody hangs up, or the gateway is gone. */
  const callTo = async ({ app, sipPort, deployment }: GatewayProcess, to: string) => {
    const hangUp = new AbortController()
    const calling = placeCall({
      host: '127.0.0.1',
      port: sipPort,
      ca: deployment.caPem,
      from: '+12025550142',
      to,
      signal: hangUp.signal,
    })
    await (await app.call(to).stream()).heard(2)
    return { id: await app.call(to).id(), calling, hangUp: () => hangUp.abort() }
  }
  const stateAt = async (gateway: GatewayProcess, id: string) => (await gateway.api.calls.get(id)).state

  test('each shows the calls of both', async () => {
    const [first, second] = await Promise.all([callTo(one, 'first'), callTo(two, 'second')])
    for (const gateway of [one, two]) {
      const listed = await Array.fromAsync(gateway.api.calls.list())
      assert.deepEqual(new Set(listed.map(({ id }) => id)), new Set([first.id, second.id]))
      assert.deepEqual(
        [await stateAt(gateway, first.id), await stateAt(gateway, second.id)],
        ['active', 'active'],
      )
    }
    for (const call of [first, second]) call.hangUp()
    await Promise.all([first.calling, second.calling])
    await Promise.all([one.app.call('first').told('call.ended'), two.app.call('second').told('call.ended')])
    for (const gateway of [one, two])
      assert.deepEqual(
        [await stateAt(gateway, first.id), await stateAt(gateway, second.id)],
        ['ended', 'ended'],
      )
  })

  test('one that starts again settles its own calls, and lets the other’s go on', async () => {
    const [first, second] = await Promise.all([callTo(one, 'third'), callTo(two, 'fourth')])
    await one.kill()
    await first.calling
    await two.stop()
    await second.calling
    assert.equal(await stateOf(server, second.id), 'ended')
    await two.restart()
    assert.equal(await stateOf(server, first.id), 'active', 'nobody but its own node ends it')
    await one.restart()
    assert.deepEqual([await stateAt(one, first.id), await stateAt(two, first.id)], ['ended', 'ended'])
    assert.equal((await two.api.calls.get(first.id)).end_reason, 'gateway-crashed')
    assert.notEqual((await one.api.calls.get(second.id)).end_reason, 'gateway-crashed')
  })

  test('a third with the name of one that runs does not start', async () => {
    await assert.rejects(begin('one', join(one.deployment.dataDir, 'keyring.json')), (error) =>
      /another gateway with this node name uses the database/.test(
        `${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`,
      ),
    )
  })
})

async function stateOf(server: PostgresServer, call: string): Promise<string> {
  const [row] = await server.query(`select state from calls where id = '${call}'`, 'voxkeep_1')
  return String(row?.['state'])
}
