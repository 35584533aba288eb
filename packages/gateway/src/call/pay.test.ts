import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { PayRequest, PayResult } from '#payment'
import { callCommands, type CallCommand } from './commands.ts'
import { askedOf, pressSecretly, testCard, toldOf } from './fake-keypad.ts'
import { begin, settle, traced } from './fake-run.ts'
import { answers, fakeWorld, type FakeWorld } from './fake-world.ts'

const pay = {
  type: 'pay',
  provider: 'stripe',
  amount_minor: 1_999,
  currency: 'EUR',
  reference: 'order-7',
} as const
const wait = { type: 'wait' } as const
const succeeded: PayResult = { outcome: 'succeeded', paymentId: 'pay_1', providerToken: 'method_1' }
const declined = (reason: 'wrong-code' | 'card-declined' | 'suspected-fraud'): PayResult => ({
  outcome: 'declined',
  reason,
  providerCode: `their_${reason}`,
})
const parsed = (...commands: object[]): readonly CallCommand[] => callCommands.parse(commands)

async function keyIn(
  world: FakeWorld,
  { number, expiry, code }: Readonly<Record<keyof typeof testCard, string>> = testCard,
) {
  await pressSecretly(world, `${number}${expiry}${code}`)
}

/** Lets the guard pass that follows the last key. */
async function afterGuard(world: FakeWorld): Promise<void> {
  world.clock.advance(1_000)
  await settle()
}

describe('pay', () => {
  test('charges what was keyed in, and tells the app what the provider said', async () => {
    const world = fakeWorld()
    world.decisions.push(answers(pay, wait), answers())
    await begin(world)
    await keyIn(world)
    const [asked] = world.payments.asked
    assert.deepEqual(
      [asked?.provider, asked?.number, asked?.code],
      ['stripe', testCard.number, testCard.code],
    )
    assert.deepEqual(asked?.request.charge, { amountMinor: 1_999, currency: 'EUR', description: '' })
    assert.partialDeepStrictEqual(askedOf(world, 'call.paid'), {
      outcome: 'succeeded',
      provider: 'stripe',
      method: 'card',
      amount_minor: 1_999,
      currency: 'EUR',
      reference: 'order-7',
      attempts: 1,
      payment_id: 'pay_1',
      provider_token: 'method_1',
      card: { masked: '**** **** **** 4242', brand: 'visa' },
    })
    assert.equal(world.tokens.held.size, 0)
    assert.doesNotMatch(
      JSON.stringify([world.trace, world.told, world.asked, world.stories, world.receipts]),
      /424242|737/,
    )
  })

  test('zeroes what was keyed in as soon as the provider has answered', async () => {
    const world = fakeWorld()
    world.decisions.push(answers(pay, wait), answers())
    await begin(world)
    await keyIn(world)
    const { method } = world.payments.asked[0]?.request ?? ({} as PayRequest)
    assert.ok(method.kind === 'card')
    const { number, code } = method.card
    assert.deepEqual(
      [...number.reveal()],
      Array.from(testCard.number, () => 0),
    )
    assert.deepEqual([...(code?.reveal() ?? [1])], [0, 0, 0])
  })

  test('keeps the number as a token of ours too, where purposes are given', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ ...pay, purposes: ['refund'], token_shape: 'shaped' }, wait), answers())
    await begin(world)
    await keyIn(world)
    const card = askedOf(world, 'call.paid')?.['card'] as Record<string, string>
    assert.match(String(card['token']), /4242$/)
    assert.equal(world.tokens.held.get(String(card['token']))?.value, testCard.number)
  })

  test('has only the method kept when no amount is given', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ type: 'pay', provider: 'stripe', security_code: false }, wait), answers())
    await begin(world)
    await keyIn(world, { ...testCard, code: '' })
    const [asked] = world.payments.asked
    assert.equal(asked?.request.charge, undefined)
    assert.equal(asked?.code, undefined)
  })

  test('takes a bank account', async () => {
    const world = fakeWorld()
    world.decisions.push(answers({ ...pay, method: 'bank', bank_account_type: 'savings' }, wait), answers())
    await begin(world)
    await pressSecretly(world, '110000000000123456789#')
    const { method } = world.payments.asked[0]?.request ?? ({} as PayRequest)
    assert.ok(method.kind === 'bank')
    assert.equal(method.bank.accountType, 'savings')
    assert.equal(world.payments.asked[0]?.number, '000123456789')
    assert.deepEqual(askedOf(world, 'call.paid')?.['bank'], { masked: '********6789' })
  })

  test('asks again for what was wrong only, and never sends a code twice', async () => {
    const world = fakeWorld()
    world.payments.results.splice(0, 1, declined('wrong-code'), succeeded)
    world.decisions.push(answers(pay, wait), answers())
    await begin(world)
    await keyIn(world)
    assert.equal(askedOf(world, 'call.paid'), undefined)
    await pressSecretly(world, '999')
    assert.deepEqual(
      world.payments.asked.map(({ number, code }) => [number, code]),
      [
        [testCard.number, testCard.code],
        [testCard.number, '999'],
      ],
    )
    const keys = world.payments.asked.map(({ request }) => request.idempotencyKey)
    assert.notEqual(keys[0], keys[1])
    assert.deepEqual(
      [askedOf(world, 'call.paid')?.['outcome'], askedOf(world, 'call.paid')?.['attempts']],
      ['succeeded', 2],
    )
    const faults = toldOf(world, 'call.collect.progress').filter(({ step }) => step === 'asked')
    assert.deepEqual(
      faults.map(({ field }) => field),
      ['card_number', 'card_expiry', 'card_code', 'card_code'],
    )
  })

  test('asks for another card when one is declined, within its attempts', async () => {
    const world = fakeWorld()
    world.payments.results.splice(0, 1, declined('card-declined'))
    world.decisions.push(answers({ ...pay, attempts: 2 }, wait), answers())
    await begin(world)
    await keyIn(world)
    await keyIn(world, { number: '5555555555554444', expiry: '0129', code: '123' })
    assert.deepEqual(
      world.payments.asked.map(({ number }) => number),
      [testCard.number, '5555555555554444'],
    )
    const asked = askedOf(world, 'call.paid')
    assert.deepEqual(
      [asked?.['outcome'], asked?.['reason'], asked?.['provider_code']],
      ['declined', 'card-declined', 'their_card-declined'],
    )
  })

  test('asks for nothing more when the provider suspects fraud', async () => {
    const world = fakeWorld()
    world.payments.results.splice(0, 1, declined('suspected-fraud'))
    world.decisions.push(answers(pay, wait), answers())
    await begin(world)
    await keyIn(world)
    assert.equal(askedOf(world, 'call.paid')?.['reason'], 'suspected-fraud')
  })

  for (const outcome of ['needs-screen', 'unknown', 'failed'] as const)
    test(`tells the app of ${outcome}`, async () => {
      const world = fakeWorld()
      world.payments.results.splice(0, 1, { outcome, providerCode: 'x' })
      world.decisions.push(answers(pay, wait), answers())
      await begin(world)
      await keyIn(world)
      const asked = askedOf(world, 'call.paid')
      assert.deepEqual([asked?.['outcome'], asked?.['provider_code']], [outcome, 'x'])
    })

  test('says why when it cannot be put on record, and nothing was sent', async () => {
    const world = fakeWorld()
    world.payments.failing = 'PAYMENT_REFUSED'
    world.decisions.push(answers(pay, wait), answers())
    await begin(world)
    await keyIn(world)
    const asked = askedOf(world, 'call.paid')
    assert.deepEqual([asked?.['outcome'], asked?.['why']], ['refused', 'PAYMENT_REFUSED'])
  })

  test('is not sent anew when it failed in a way that nobody foresaw', async () => {
    const world = fakeWorld()
    let sent = 0
    Object.assign(world.payments, {
      pay: () => ((sent += 1), Promise.reject(new TypeError('a bug'))),
    })
    world.decisions.push(answers(wait), answers())
    const call = await begin(world)
    for (const _ of [1, 2]) {
      await call.command(parsed(pay))
      await settle()
      await keyIn(world)
      await afterGuard(world)
    }
    assert.equal(sent, 1)
    const outcomes = world.asked.filter(({ type }) => type === 'call.paid').map(({ data }) => data)
    assert.partialDeepStrictEqual(outcomes, [{ outcome: 'unknown' }, { outcome: 'unknown', repeated: true }])
  })

  test('is sent when it could not be put on record the first time', async () => {
    const world = fakeWorld()
    world.payments.failing = 'PAYMENT_UNAVAILABLE'
    world.decisions.push(answers(wait), answers())
    const call = await begin(world)
    for (const _ of [1, 2]) {
      await call.command(parsed(pay))
      await settle()
      await keyIn(world)
      await afterGuard(world)
      world.payments.failing = undefined
    }
    assert.equal(world.payments.asked.length, 1)
  })

  for (const [what, result, times] of [
    ['was paid', succeeded, 1],
    ['nobody knows the outcome of', { outcome: 'unknown', providerCode: null }, 1],
    ['was not charged', { outcome: 'failed', providerCode: null }, 2],
  ] as readonly (readonly [string, PayResult, number])[])
    test(`asked for a second time, what ${what} is sent ${times === 1 ? 'once' : 'again, under another key'}`, async () => {
      const world = fakeWorld()
      world.payments.results.splice(0, 1, result)
      world.decisions.push(answers(wait), answers())
      const call = await begin(world)
      for (const _ of [1, 2]) {
        await call.command(parsed(pay))
        await settle()
        await keyIn(world)
        await afterGuard(world)
      }
      const keys = world.payments.asked.map(({ request }) => request.idempotencyKey)
      assert.equal(new Set(keys).size, times)
      assert.equal(world.payments.asked.length, times)
      const asked = world.asked.filter(({ type }) => type === 'call.paid')
      assert.equal(asked.length, 2)
      assert.equal('repeated' in (asked[1]?.data ?? {}), times === 1)
    })

  test('another amount of the same call is another payment', async () => {
    const world = fakeWorld()
    world.decisions.push(answers(wait), answers())
    const call = await begin(world)
    for (const amount of [1_999, 2_999]) {
      await call.command(parsed({ ...pay, amount_minor: amount }))
      await settle()
      await keyIn(world)
      await afterGuard(world)
    }
    assert.equal(world.payments.asked.length, 2)
  })

  test('plays what fits while the provider decides and afterwards, in a room that stays shut', async () => {
    const world = fakeWorld()
    const fetched: string[] = []
    const [app] = world.deps.apps.values()
    Object.assign(app ?? {}, {
      fetchAudio: async (url: string) => (fetched.push(new URL(url).pathname), new Uint8Array(160)),
    })
    const answer = Promise.withResolvers<PayResult>()
    Object.assign(world.payments, { pay: () => answer.promise })
    world.decisions.push(
      answers({ ...pay, processing_url: '/wait.wav', succeeded_url: '/done.wav' }, wait),
      answers(),
    )
    await begin(world)
    await keyIn(world)
    assert.deepEqual(fetched, ['/wait.wav'])
    await pressSecretly(world, '11#')
    answer.resolve(succeeded)
    await settle()
    assert.deepEqual(fetched, ['/wait.wav', '/done.wav'])
    assert.deepEqual(traced(world, /secure/), ['secure A on'])
    world.finishPlay()
    await settle()
    assert.equal(askedOf(world, 'call.paid')?.['outcome'], 'succeeded')
  })

  test('a charge under way is carried to its end when the caller hangs up, told, and on the receipt', async () => {
    const world = fakeWorld()
    const answer = Promise.withResolvers<PayResult>()
    const numbers: Uint8Array[] = []
    Object.assign(world.payments, {
      pay: (_: string, { method }: PayRequest) => {
        if (method.kind === 'card') numbers.push(method.card.number.reveal())
        return answer.promise
      },
    })
    world.decisions.push(answers(pay), answers())
    const call = await begin(world)
    await keyIn(world)
    world.signalling().ended('caller-hung-up')
    await settle()
    assert.notEqual(numbers[0]?.[0], 0)
    answer.resolve(succeeded)
    await call.settled
    assert.ok(numbers[0]?.every((digit) => digit === 0))
    assert.equal(toldOf(world, 'call.paid')[0]?.['outcome'], 'succeeded')
    assert.deepEqual(traced(world, /tell call\.(?:paid|ended)/), ['tell call.paid', 'tell call.ended'])
    const [receipt] = world.receipts as { secureCapture: Record<string, unknown>[] }[]
    assert.deepEqual(
      { ...receipt?.secureCapture[0], atMs: 0 },
      {
        what: 'card-number card-expiry card-code',
        outcome: 'succeeded',
        attempts: 1,
        provider: 'stripe',
        atMs: 0,
      },
    )
  })

  test('a provider that says nothing does not keep a call from ending', async () => {
    const world = fakeWorld()
    let isLost = false
    Object.assign(world.payments, {
      pay: (_: string, __: PayRequest, signal: AbortSignal) =>
        new Promise<PayResult>((resolve) =>
          signal.addEventListener('abort', () => {
            isLost = true
            resolve({ outcome: 'unknown', providerCode: null })
          }),
        ),
    })
    world.decisions.push(answers(pay), answers())
    const call = await begin(world)
    await keyIn(world)
    world.signalling().ended('caller-hung-up')
    await settle()
    assert.equal(isLost, false)
    world.clock.advance(10_000)
    await call.settled
    assert.equal(isLost, true)
    assert.equal(toldOf(world, 'call.paid')[0]?.['outcome'], 'unknown')
  })

  test('hung up in the middle of the number nothing is sent', async () => {
    const world = fakeWorld()
    world.decisions.push(answers(pay), answers())
    const call = await begin(world)
    await pressSecretly(world, testCard.number)
    world.signalling().ended('caller-hung-up')
    await call.settled
    assert.equal(world.payments.asked.length, 0)
    assert.deepEqual(toldOf(world, 'call.paid'), [])
  })
})
