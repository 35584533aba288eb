import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { freePorts, runGatewayCommand } from '@voxkeep/deployment'
import { VoxkeepApiError } from '@voxkeep/sdk'
import { startGateway } from './support/gateway-process.ts'

test('an app that calls far more than usual is stopped over a restart, until an operator lifts it', async () => {
  const [dead = 0] = await freePorts(1)
  await using gateway = await startGateway({
    scopes: ['calls:write'],
    configure(settings) {
      const outbound = { host: '127.0.0.1', port: dead, health: { intervalMs: 0 } }
      settings.trunks.push({ id: 'dead', app: 'app', outbound })
      const [app] = settings.apps
      assert.ok(app)
      app['dialing'] = {
        trunks: ['dead'],
        callerIds: ['+12025550199'],
        prefixes: ['+1202555'],
        anomaly: { minimum: 1, stop: true },
      }
    },
  })
  const create = () => gateway.api.calls.create({ to: '+12025550100' })
  await create()
  assert.deepEqual(await refused(create()), [403, 'stopped'])
  assert.partialDeepStrictEqual(await gateway.app.event('the alert', ({ type }) => type === 'dial.alert'), {
    data: { kind: 'velocity', stopped: true },
  })
  await gateway.stop()
  const { configPath } = gateway.deployment
  const config = await readFile(configPath, 'utf8')
  await writeFile(configPath, config.replace('minimum: 1', 'minimum: 100')) // which alone changes nothing
  await gateway.restart()
  assert.deepEqual(await refused(create()), [403, 'stopped'])
  await gateway.stop()
  await runGatewayCommand(['dialing', 'lift', '--config', configPath, '--app', 'app'])
  await gateway.restart()
  assert.equal((await create()).state, 'ringing')
})

/** Status and reason of a refusal. */
async function refused(act: Promise<unknown>): Promise<unknown[]> {
  const error = await act.then(
    () => undefined,
    (failed: unknown) => failed,
  )
  assert.ok(error instanceof VoxkeepApiError)
  return [error.status, error.why]
}
