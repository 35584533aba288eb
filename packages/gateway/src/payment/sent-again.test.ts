import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock, Secret, type CallId, type PaymentProviderConfig, type TenantId } from '#kernel'
import { adyenProvider, type ProviderDeps } from './adyen-provider.ts'
import type { PayRequest } from './contract.ts'
import { httpsProvider } from './https-provider.ts'

type Config<Kind> = Extract<PaymentProviderConfig, { kind: Kind }>

const digits = (text: string) => new Secret<Uint8Array>(Buffer.from(text))
const request: PayRequest = {
  tenant: 'acme' as TenantId,
  call: 'call_1' as CallId,
  idempotencyKey: 'k',
  method: {
    kind: 'card',
    card: {
      number: digits('4242424242424242'),
      expiry: { month: 1, year: 2030 },
      code: undefined,
      postalCode: undefined,
    },
  },
  charge: { amountMinor: 100, currency: 'USD', description: '' },
  reference: undefined,
}
const common = { region: undefined, url: 'https://pay.test', timeoutMs: 1_000 }
const adyen = { ...common, kind: 'adyen', id: 'a', apiKey: 'env:A', merchantAccount: 'm', returnUrl: 'https://x.test', telephoneOrder: true } as unknown as Config<'adyen'> // prettier-ignore
const answer = {
  outcomeAt: '/state',
  succeeded: ['ok'],
  declined: [],
  needsScreen: [],
  failed: ['down'],
  reasons: {},
}
const https = { ...common, kind: 'https', id: 'h', headers: {}, contentType: 'application/json', template: '{}', idempotencyHeader: 'Key', isIdempotent: true, answer } as unknown as Config<'https'> // prettier-ignore

type Answer = Awaited<ReturnType<ProviderDeps['http']['exchange']>>
const lost: Answer = { ok: false, why: 'timeout' }
const said = (status: number, json: object = {}): Answer => ({
  ok: true,
  status,
  headers: {},
  body: Buffer.from(JSON.stringify(json)),
})

async function outcomeOf(kind: 'adyen' | 'https', ...answers: Answer[]): Promise<string> {
  const clock = fakeClock()
  const http = { exchange: async () => answers.shift() ?? lost }
  const deps = { http, clock, tls: {}, readSecret: () => new Secret('secret') }
  const provider = kind === 'adyen' ? adyenProvider(adyen, deps) : httpsProvider(https, deps)
  const paying = provider.pay(request, new AbortController().signal)
  for (let turn = 0; turn < 10; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    clock.advance(10_000)
  }
  return (await paying).outcome
}

for (const kind of ['adyen', 'https'] as const)
  test(`${kind}Provider() does not call failed what an earlier request under the same key may have charged`, async () => {
    for (const status of [401, 403, 429]) {
      assert.equal(await outcomeOf(kind, lost, said(status)), 'unknown', `${status}`)
      assert.equal(await outcomeOf(kind, said(500), said(status)), 'unknown', `${status}`)
      assert.equal(await outcomeOf(kind, said(status)), 'failed', `${status}`)
    }
    const paid = kind === 'adyen' ? { resultCode: 'Authorised' } : { state: 'ok' }
    assert.equal(await outcomeOf(kind, lost, said(200, paid)), 'succeeded')
  })
