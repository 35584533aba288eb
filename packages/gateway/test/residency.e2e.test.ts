import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { commands } from '@voxkeep/sdk'
import { placeCall } from '@voxkeep/softphone'
import { startGateway, type GatewayProcess, type Settings } from './support/gateway-process.ts'

/** A tenant whose calls and data stay in Europe, on a node that is there or is not. */
const pinnedTo = (region: string) => (settings: Settings) => {
  settings['node'] = { region }
  settings['tenants'] = [{ id: 'default', regions: ['eu'] }]
  const [app] = settings.apps as [{ webhook: { url: string }; endpoints: object[] }]
  app.endpoints = [{ host: new URL(app.webhook.url).hostname, region: 'eu' }]
}

const begin = [commands.answer(), commands.play('https://elsewhere.example/tone.wav')]

describe('a tenant that is tied to a region', () => {
  const stack = new AsyncDisposableStack()
  let here: GatewayProcess
  let away: GatewayProcess
  before(async () => {
    ;[here, away] = await Promise.all([
      startGateway({
        decide: () => [...begin, commands.stream('wss://elsewhere.example/stream'), commands.hangup()],
        configure: pinnedTo('eu'),
        scopes: ['calls:read'],
      }),
      startGateway({ configure: pinnedTo('us'), scopes: ['calls:read', 'calls:write'] }),
    ])
    stack.use(here)
    stack.use(away)
  })
  after(() => stack.disposeAsync())

  const call = (gateway: GatewayProcess) =>
    placeCall({
      host: '127.0.0.1',
      port: gateway.sipPort,
      ca: gateway.deployment.caPem,
      from: '+12025550181',
      to: 'desk',
      speech: () => undefined,
      signal: AbortSignal.timeout(20_000),
    })

  test('has no calls on a node elsewhere, and its app is told, without who called', async () => {
    const { answered, end } = await call(away)
    assert.equal(answered, false)
    assert.partialDeepStrictEqual(end, { why: 'rejected', status: 403 })
    const { data } = await away.app.event('region.refused', ({ type }) => type === 'region.refused')
    assert.partialDeepStrictEqual(data, { what: 'tenant', direction: 'inbound', trunk: 'phones' })
    assert.ok(!JSON.stringify(data).includes('2025550181'))
    assert.deepEqual(await Array.fromAsync(away.api.calls.list()), [])
  })

  test('places none from there either', async () => {
    await assert.rejects(away.api.calls.create({ to: '+12025550182' }), { status: 403 })
  })

  test('has its calls where it may, but no stream and no audio from hosts elsewhere', async () => {
    await call(here)
    const told = here.app.call('desk')
    await told.told('call.ended')
    const refused = here.app.events.filter(({ type }) => type === 'region.refused')
    assert.deepEqual(
      refused.map(({ data }) => {
        const { what, host } = data as { what?: string; host?: string }
        return `${what} ${host}`
      }),
      ['audio elsewhere.example', 'stream elsewhere.example'],
    )
    const { story } = await here.api.calls.get(await told.id())
    assert.equal(story.filter(({ kind }) => kind === 'region.refused').length, 2)
  })
})
