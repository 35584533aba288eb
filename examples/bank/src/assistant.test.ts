import assert from 'node:assert/strict'
import { test } from 'node:test'
import { callCommands, decisionAnswer } from '@voxkeep/gateway/call-commands'
import {
  answerWith,
  type CallCommand,
  type KnownEvent,
  type ToolAnswer,
  type WebhookHandlers,
} from '@voxkeep/sdk'
import { assistant } from './assistant.ts'
import type { Bank, PaymentState } from './bank.ts'
import { openBills } from './bills.ts'

interface FakeBank extends Bank {
  readonly transfers: string[]
  readonly noted: string[]
}

function fakeBank(more: Partial<Bank> = {}): FakeBank {
  const [transfers, noted]: [string[], string[]] = [[], []]
  const bills = openBills('bill-7')
  return {
    transfers,
    noted,
    customerOf: (number) => (number === '+12025550143' ? 'ada' : undefined),
    balance: () => 123_456,
    isAccessCode: async (customer, token) => customer === 'ada' && token === 'tok_right',
    async transfer(customer) {
      transfers.push(customer)
      return { amount: 5_000, payee: 'the landlord' }
    },
    takeBill: (_customer, id) =>
      bills.take('bill-7', id) ? { amount: 4_200, reference: 'bill-7' } : undefined,
    noteBill(reference, id, state) {
      noted.push(`${reference} ${state}`)
      bills.note(reference, id, state)
    },
    paymentsOf: async () => [],
    desk: '+12025550111',
    provider: 'cards',
    ...more,
  }
}

/** A call to the assistant: tells it what happens, and gives what it answers, once the gateway took it for commands. */
function call(bank: Bank, from = '+12025550143') {
  return callTo(assistant(bank), 'call_1', from)
}

function callTo(handlers: WebhookHandlers, id: string, from = '+12025550143') {
  const on = handlers as Record<string, ((event: KnownEvent, id: string) => unknown) | undefined>
  const tell = async (type: string, data: object): Promise<unknown> => {
    const event = { type, timestamp: '2026-11-21T12:00:00.000Z', data: { call_id: id, from, ...data } }
    return (await on[type]?.(event as never, 'evt_1')) ?? []
  }
  const told = async (type: string, data: object = {}): Promise<CallCommand[]> => {
    const actions = [await tell(type, data)].flat() as CallCommand[]
    const parsed = decisionAnswer.safeParse(answerWith(...actions))
    assert.ok(parsed.success, JSON.stringify(parsed.error?.issues))
    return actions
  }
  /** The model asks for something. */
  const asks = async (name: string): Promise<ToolAnswer> => {
    const tool = { id: 'tool_1', name, arguments: { customer: 'somebody else', amount: 1_000_000 } }
    const answer = (await tell('call.tool', { agent: 'teller', tool })) as ToolAnswer
    const parsed = callCommands.safeParse(answer.actions ?? [])
    assert.ok(parsed.success, JSON.stringify(parsed.error?.issues))
    return answer
  }
  return Object.assign(told, { asks })
}

type Tell = ReturnType<typeof call>

/** A call whose caller did not want to be recorded. */
async function begun(bank: Bank, tell: Tell = call(bank)): Promise<Tell> {
  await tell('call.incoming')
  await tell('call.gathered', { digits: '2' })
  return tell
}

/** What is done once the caller keyed in this code. */
function keyedIn(tell: Tell, token = 'tok_right'): Promise<CallCommand[]> {
  const fields = [{ name: 'access_code', field: 'digits', attempts: 1, token }]
  return tell('call.collected', { outcome: 'collected', fields })
}

/** A call whose caller is asked for a card, after their code. */
async function paying(bank: Bank, tell: Tell = call(bank)): Promise<Tell> {
  await begun(bank, tell)
  await tell('call.gathered', { digits: '3' })
  assert.deepEqual(types(await keyedIn(tell)), ['say', 'pay'])
  return tell
}

/** Whether somebody else who calls may pay the bill now. */
async function isOpen(bank: Bank): Promise<boolean> {
  const other = await begun(bank, callTo(assistant(bank), 'call_2'))
  await other('call.gathered', { digits: '3' })
  return (await keyedIn(other)).some(({ type }) => type === 'pay')
}

const withModel = { agent: 'teller' }
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

test('assistant() tells the balance, sends money and speaks of a bill only once the caller proved who they are, and goes on with what was asked for', async () => {
  for (const [digits, commands, text] of [
    ['1', ['say', 'gather'], 'Your balance is 1234 dollars and 56 cents.'],
    ['2', ['say', 'gather'], 'Done: 50 dollars to the landlord.'],
    ['3', ['say', 'pay'], 'Your bill is 42 dollars.'],
  ] as const) {
    const tell = await begun(fakeBank())
    const asked = await tell('call.gathered', { digits })
    assert.deepEqual(types(asked), ['say', 'collect'])
    assert.deepEqual(asked[0], { type: 'say', text: 'For that I need your access code.' })
    const done = await keyedIn(tell)
    assert.deepEqual([types(done), done[0]], [commands, { type: 'say', text }])
  }
})

test('assistant() does nothing for a code that nobody asked for', async () => {
  const bank = fakeBank()
  assert.deepEqual(types(await keyedIn(await begun(bank))), ['say', 'dial'])
  assert.deepEqual(bank.transfers, [])
})

test('assistant() does nothing more for a caller who hung up while their code was looked at', async () => {
  for (const digits of ['2', '3']) {
    const bank = fakeBank()
    const tell = await begun(bank)
    await tell('call.gathered', { digits })
    const [done] = await Promise.all([keyedIn(tell), tell('call.ended')])
    assert.deepEqual([done, bank.transfers, await isOpen(bank)], [[], [], true])
  }
})

test('assistant() transfers only once the caller proved who they are, and asks once', async () => {
  const bank = fakeBank()
  const tell = call(bank)
  await tell('call.incoming')
  await tell('call.gathered', { digits: '2' })
  assert.deepEqual(types(await tell('call.gathered', { digits: '2' })), ['say', 'collect'])
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
  const tell = await begun(fakeBank())
  await tell('call.gathered', { digits: '3' })
  const [, pay] = await keyedIn(tell)
  assert.deepEqual([pay?.type, (pay as { amount_minor?: number }).amount_minor], ['pay', 4_200])
  assert.deepEqual(types(await tell('call.paid', { outcome: 'succeeded' })), ['say', 'gather'])
  assert.deepEqual(types(await tell('call.paid', { outcome: 'declined' })), ['say', 'dial'])
})

test('assistant() has a bill paid by one call at a time', async () => {
  const bank = fakeBank()
  const tell = await paying(bank)
  assert.equal(await isOpen(bank), false)
  assert.deepEqual(await tell('call.gathered', { digits: '3' }), [
    { type: 'say', text: 'You have no open bill.' },
    ...(await tell('call.gathered', { digits: 'x' })).slice(1),
  ])
})

test('assistant() opens a bill again only when a payment came to nothing', async () => {
  for (const [outcome, commands, open] of [
    ['succeeded', ['say', 'gather'], false],
    ['unknown', ['say', 'dial'], false],
    ['declined', ['say', 'dial'], true],
    ['timeout', ['say', 'dial'], true],
    ['refused', ['say', 'dial'], true],
  ] as const) {
    const bank = fakeBank()
    const tell = await paying(bank)
    assert.deepEqual(types(await tell('call.paid', { outcome, reference: 'bill-7' })), commands, outcome)
    assert.equal(await isOpen(bank), open, outcome)
  }
})

test('assistant() learns from the gateway’s record what became of a payment that the end of its call left open', async () => {
  for (const [states, open] of [
    [[], true],
    [['declined', 'failed', 'needs-screen'], true],
    [['declined', 'asked'], false],
    [['unknown'], false],
    [['declined', 'succeeded'], false],
  ] as readonly (readonly [PaymentState[], boolean])[]) {
    const bank = fakeBank({ paymentsOf: async (id) => (id === 'call_1' ? states : []) })
    const tell = await paying(bank)
    await tell('call.ended')
    assert.equal(await isOpen(bank), open, states.join())
    await tell('payment.settled', { outcome: 'declined', reference: 'bill-7' })
    assert.equal(await isOpen(bank), !open && !states.includes('succeeded'), `${states.join()} settled`)
  }
})

test('assistant() keeps a bill while the record cannot be looked at, and looks when the end is told again', async () => {
  let isAway = true
  const paymentsOf = async () => {
    if (isAway) throw new Error('the gateway is away')
    return []
  }
  const bank = fakeBank({ paymentsOf })
  const tell = await paying(bank)
  await assert.rejects(tell('call.ended'), /away/)
  assert.deepEqual(bank.noted, [])
  isAway = false
  await tell('call.ended')
  assert.deepEqual(bank.noted, ['bill-7 open'])
})

test('assistant() learns afterwards what became of a payment', async () => {
  for (const [outcome, open] of [
    ['succeeded', false],
    ['declined', true],
  ] as const) {
    const bank = fakeBank()
    const tell = await paying(bank)
    await tell('call.paid', { outcome: 'unknown', reference: 'bill-7' })
    await tell('payment.settled', { outcome, reference: 'bill-7' })
    assert.equal(await isOpen(bank), open)
  }
})

test('assistant() has the model talk, and keys where it is away', async () => {
  const tell = call(fakeBank(withModel))
  await tell('call.incoming')
  assert.deepEqual(types(await tell('call.gathered', { digits: '1' })), [
    'consent',
    'record',
    'stream',
    'gather',
  ])
})

test('assistant() tells the model the balance of whoever proved who they are, whatever it asks for', async () => {
  const tell = await begun(fakeBank(withModel))
  const { result, actions } = await tell.asks('balance')
  assert.deepEqual(
    [result, types(actions ?? [])],
    [{ state: 'the caller is asked who they are' }, ['say', 'collect']],
  )
  const [said, back] = await keyedIn(tell)
  assert.deepEqual(said, { type: 'say', text: 'Your balance is 1234 dollars and 56 cents.' })
  const { options } = back as { options?: { call_instructions?: string } }
  assert.match(options?.call_instructions ?? '', /was told their balance\.$/)
  assert.deepEqual(await tell.asks('balance'), { result: { balance: '1234 dollars and 56 cents' } })
  assert.deepEqual(await tell.asks('all_balances'), { result: { error: 'there is no such tool' } })
})

test('assistant() takes the model off the line while a code is keyed in, and tells it afterwards what came of it', async () => {
  const bank = fakeBank(withModel)
  const tell = await begun(bank)
  const { actions } = await tell.asks('transfer')
  assert.deepEqual([types(actions ?? []), bank.transfers], [['say', 'collect'], []])
  const fields = [{ name: 'access_code', field: 'digits', attempts: 1, token: 'tok_right' }]
  const [, back] = await tell('call.collected', { outcome: 'collected', fields })
  const { options } = back as { options?: { call_instructions?: string } }
  assert.match(options?.call_instructions ?? '', /sent 50 dollars to the landlord\.$/)
  assert.deepEqual(types((await tell.asks('transfer')).actions ?? []), ['say', 'stream', 'gather'])
  assert.deepEqual(bank.transfers, ['ada', 'ada'])
})

test('assistant() has the model pass on to a card, and to people', async () => {
  const tell = await begun(fakeBank(withModel))
  assert.deepEqual(types((await tell.asks('pay_bill')).actions ?? []), ['say', 'collect'])
  assert.deepEqual(types(await keyedIn(tell)), ['say', 'pay'])
  assert.deepEqual(types((await tell.asks('human')).actions ?? []), ['say', 'dial'])
  await tell('call.ended')
  assert.deepEqual(await tell.asks('transfer'), { result: { error: 'nobody is there' } })
})

test('assistant() hands over to people when the code cannot be looked at', async () => {
  const bank = fakeBank({ isAccessCode: () => Promise.reject(new Error('the vault is away')) })
  const tell = await begun(bank)
  await tell('call.gathered', { digits: '2' })
  const fields = [{ name: 'access_code', field: 'digits', attempts: 1, token: 'tok_right' }]
  assert.deepEqual(types(await tell('call.collected', { outcome: 'collected', fields })), ['say', 'dial'])
  assert.deepEqual(bank.transfers, [])
})

test('assistant() hears a voice that it may before it asks for a code, and never instead', async () => {
  const voiceOf = () => ({ subject: 'cust-ada', consent: 'branch form 2026-03' })
  for (const [result, next] of [
    ['match', ['say', 'collect']],
    ['inconclusive', ['say', 'collect']],
    ['not-enrolled', ['say', 'collect']],
    ['mismatch', ['say', 'dial']],
  ] as const) {
    const bank = fakeBank({ voiceOf })
    const tell = await begun(bank)
    const [asked] = await tell('call.gathered', { digits: '2' })
    const { type, subject, consent_source } = asked as {
      type: string
      subject?: string
      consent_source?: string
    }
    assert.deepEqual([type, subject, consent_source], ['verify', 'cust-ada', 'branch form 2026-03'])
    assert.deepEqual(types(await tell('call.verified', { action: 'verify', result })), next, result)
    assert.deepEqual(bank.transfers, [])
  }
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
