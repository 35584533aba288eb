import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AppConfig, Config, TenantId, TrunkId } from '#kernel'
import { reachableTrunks, regionGuard, residency } from './residency.ts'

const config = (region: string | undefined) =>
  ({
    node: { name: 'n', region },
    tenants: [{ id: 'pinned', regions: ['eu'] }, { id: 'free' }],
    trunks: [{ id: 'us-carrier', regions: ['us'] }, { id: 'any' }],
  }) as unknown as Config
const call = (tenant: string, trunk: string) => ({ tenant: tenant as TenantId, trunk: trunk as TrunkId })

test('residency() lets a tenant and a trunk in where they may be, and nowhere else', () => {
  const eu = residency(config('eu'))
  assert.deepEqual(
    [eu(call('pinned', 'any')), eu(call('free', 'any')), eu(call('free', 'us-carrier'))],
    [undefined, undefined, 'trunk'],
  )
  const us = residency(config('us'))
  assert.deepEqual([us(call('pinned', 'any')), us(call('free', 'us-carrier'))], ['tenant', undefined])
})

test('residency() lets nobody in who is tied to a region, on a node that does not say where it is', () => {
  const unknown = residency(config(undefined))
  assert.deepEqual([unknown(call('pinned', 'any')), unknown(call('free', 'us-carrier'))], ['tenant', 'trunk'])
})

const endpoints = [
  { host: 'AI.example.com', region: 'eu' },
  { host: 'far.example.com', region: 'us' },
]

test('regionGuard() refuses a pinned tenant’s app every host that is not said to be in its regions', () => {
  const guard = regionGuard(config('eu'), { tenant: 'pinned', endpoints } as unknown as AppConfig)
  guard('wss://ai.example.com:8443/stream')
  for (const url of ['wss://far.example.com/', 'https://unknown.example.com/a.wav'])
    assert.throws(() => guard(url), { code: 'REGION_REFUSED' })
  regionGuard(config('eu'), { tenant: 'free' } as AppConfig)('wss://far.example.com/')
})

test('reachableTrunks() leaves out trunks that may not be used here', () => {
  const app = { tenant: 'free', dialing: { trunks: ['us-carrier', 'any'] } } as unknown as AppConfig
  assert.deepEqual(reachableTrunks(app, residency(config('eu'))).dialing?.trunks, ['any'])
})
