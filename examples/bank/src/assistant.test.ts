import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decisionAnswer } from '@voxkeep/gateway/call-commands'
import { answerWith, type CallCommand, type KnownEvent } from '@voxkeep/sdk'
import { assistant, type Bank } from './assistant.ts'

function fakeBank(): Bank & { readonly transfers: string[] } {
  const transfers: string[] = []
  return {
    transfers,
    customerOf: (number) => (number === '+12025550143' ? 'ada' : undefined),
    balance: () => 123_456,
    isAccessCode: async (customer, token) => customer === 'ada' && token === 'tok_right',
    async transfer(customer) {
      transfers.push(customer)
      return { amount: 5_000, payee: 'the landlord' }
    },
    bill: () => ({ amount: 4_200, reference: 'bill-7' }),
    desk: '+12025550111',
    provider: 'cards',
  }
}

/** A call to the assistant: tells it what happens, and gives what it answers, once the gateway took it for commands. */
function call(bank: Bank, from = '+12025550143') {
  const on = assistant(bank) as Record<string, ((event: KnownEvent, id: string) => unknown) | undefined>
  return async (type: string, data: object = {}): Promise<CallCommand[]> => {
    const event = { type, timestamp: '2026-11-21T12:00:00.000Z', data: { call_id: 'call_1', from, ...data } }
    const actions = [(await on[type]?.(event as never, 'evt_1')) ?? []].flat() as CallCommand[]
    const parsed = decisionAnswer.safeParse(answerWith(...actions))
    assert.ok(parsed.success, JSON.stringify(parsed.error?.issues))
    return actions
  }
}

const types = (actions: readonly CallCommand[]) => actions.map(({ type }) => type)

test('assistant() records only after a clear yes', async () => {
  for (const [digits, expected] of [
    ['1', ['consent', 'record', 'gather']],
    ['2', ['consent', 'gather']],
    ['', ['consent', 'gather']],
  ] as const) {
    const tell = call(fakeBank())
    assert.deepEqual(types(await tell('call.incoming')), ['answer', 'gather'])
    const [noted, ...rest] = await tell('call.gathered', { digits })
    assert.deepEqual(
      [noted, ...rest].map((command) => command?.type),
      expected,
    )
    assert.equal((noted as { answer?: string }).answer, digits === '1' ? 'given' : 'refused')
  }
})

test('assistant() tells the balance', async () => {
  const tell = call(fakeBank())
  await tell('call.incoming')
  await tell('call.gathered', { digits: '2' })
  const [said] = await tell('call.gathered', { digits: '1' })
  assert.deepEqual(said, { type: 'say', text: 'Your balance is 1234 dollars and 56 cents.' })
})

test('assistant() transfers only once the caller proved who they are, and asks once', async () => {
  const bank = fakeBank()
  const tell = call(bank)
  await tell('call.incoming')
  await tell('call.gathered', { digits: '2' })
  const [asked] = await tell('call.gathered', { digits: '2' })
  assert.equal(asked?.type, 'collect')
  assert.deepEqual(bank.transfers, [])
  const fields = [{ name: 'access_code', field: 'digits', attempts: 1, token: 'tok_right' }]
  assert.deepEqual(types(await tell('call.collected', { outcome: 'collected', fields })), ['say', 'gather'])
  assert.deepEqual(types(await tell('call.gathered', { digits: '2' })), ['say', 'gather'])
  assert.deepEqual(bank.transfers, ['ada', 'ada'])
})

test('assistant() hands over to people, and transfers nothing, when the code is wrong or did not come', async () => {
  for (const fields of [[{ name: 'access_code', field: 'digits', attempts: 1, token: 'tok_wrong' }], []]) {
    const bank = fakeBank()
    const tell = call(bank)
    await tell('call.incoming')
    await tell('call.gathered', { digits: '2' })
    await tell('call.gathered', { digits: '2' })
    assert.deepEqual(types(await tell('call.collected', { outcome: 'attempts', fields })), ['say', 'dial'])
    assert.deepEqual(bank.transfers, [])
  }
})

test('assistant() has the bill paid without seeing a card', async () => {
  const tell = call(fakeBank())
  await tell('call.incoming')
  await tell('call.gathered', { digits: '2' })
  const [, pay] = await tell('call.gathered', { digits: '3' })
  assert.deepEqual([pay?.type, (pay as { amount_minor?: number }).amount_minor], ['pay', 4_200])
  assert.deepEqual(types(await tell('call.paid', { outcome: 'succeeded' })), ['say', 'gather'])
  assert.deepEqual(types(await tell('call.paid', { outcome: 'declined' })), ['say', 'dial'])
})

test('assistant() connects strangers, and whoever asks, with people', async () => {
  assert.deepEqual(types(await call(fakeBank(), 'anonymous')('call.incoming')), ['answer', 'say', 'dial'])
  const tell = call(fakeBank())
  await tell('call.incoming')
  await tell('call.gathered', { digits: '2' })
  assert.deepEqual(types(await tell('call.gathered', { digits: '0' })), ['say', 'dial'])
  assert.deepEqual(types(await tell('call.dialed', { outcome: 'no-answer' })), ['say', 'hangup'])
})

test('assistant() forgets a call that is over', async () => {
  const tell = call(fakeBank())
  await tell('call.incoming')
  await tell('call.ended')
  assert.deepEqual(types(await tell('call.gathered', { digits: '1' })), ['say', 'dial'])
})
