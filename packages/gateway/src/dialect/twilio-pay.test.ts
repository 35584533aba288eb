import assert from 'node:assert/strict'
import { test } from 'node:test'
import { actions } from './fake-twiml.ts'
import { minorUnits } from './twilio-pay.ts'

test('readTwiml() has a Pay charge a provider, with prompts for their occasions', () => {
  const [pay] = actions(
    (response) => {
      const inner = response.pay({
        action: '/paid',
        paymentConnector: 'Default',
        chargeAmount: '20.45',
        currency: 'usd',
        postalCode: 'false',
        validCardTypes: ['visa', 'amex'],
        maxAttempts: 2,
        timeout: 8,
        statusCallback: '/pay-status',
      })
      inner.prompt({ for: 'payment-card-number' }).play('/card.wav')
      inner
        .prompt({ for: 'payment-card-number', errorType: ['invalid-card-type'], attempt: [2] })
        .say('Visa please')
      inner.prompt({ for: 'payment-processing' }).say('One moment')
    },
    { paymentConnectors: { Default: 'stripe' } },
  )
  const { fields, ...rest } = pay as { fields: Record<string, unknown> }
  assert.deepEqual(rest, {
    type: 'pay',
    provider: 'stripe',
    method: 'card',
    security_code: true,
    postal_code: false,
    description: '',
    amount_minor: 2_045,
    currency: 'USD',
    attempts: 2,
    timeout_ms: 8_000,
    cards: ['visa', 'amex'],
    events: { url: 'https://app.test/pay-status', method: 'POST' },
    processing_url: 'say:One moment',
    action_url: 'https://app.test/paid',
    action_method: 'POST',
  })
  assert.deepEqual(fields['card-number'], {
    prompts: [{ url: 'say:Visa please', fault: 'brand', attempt: 2 }],
    prompt_url: 'https://app.test/card.wav',
  })
})

test('minorUnits() is an amount in the smallest unit of its currency, or nothing', () => {
  const amounts = {
    '20.45 USD': 2_045,
    '1 USD': 100,
    '0.5 EUR': 50,
    '500 JPY': 500,
    '1.250 KWD': 1_250,
    '7.00 JPY': 7,
  }
  for (const [amount, minor] of Object.entries(amounts)) {
    const [value = '', currency = ''] = amount.split(' ')
    assert.equal(minorUnits(value, currency), minor, amount)
  }
  for (const wrong of ['', '-1', '1.2.3', '1,5', '1e3', '12345678901', '0.001'])
    assert.equal(minorUnits(wrong, 'USD'), undefined, wrong)
})
