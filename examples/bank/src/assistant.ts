import { answerTool, commands, type CallCommand, type EventOf, type WebhookHandlers } from '@voxkeep/sdk'
import type { Bank, PaymentState } from './bank.ts'
import { say, steps, type Conversation } from './steps.ts'
import { useTool } from './tools.ts'

const maxConversations = 10_000 // more than a gateway holds; the oldest go

/** Nothing was charged. */
const isFree: ReadonlySet<PaymentState> = new Set(['declined', 'needs-screen', 'failed'])

type Answer = CallCommand[] | Promise<CallCommand[]>

/** A telephone bank: consent first; after a step-up the balance, a transfer, a bill paid by card; and people when it gets difficult. */
export function assistant(bank: Bank): WebhookHandlers {
  const calls = new Map<string, Conversation>()
  const on = steps(bank)
  const { goOn, handOff } = on
  const known = (id: string, then: (call: Conversation) => Answer) => {
    const call = calls.get(id)
    return call === undefined ? handOff('Sorry, I lost the thread.') : then(call)
  }

  function begin(id: string, number: string): CallCommand[] {
    const customer = bank.customerOf(number)
    if (customer === undefined) return [commands.answer(), ...handOff('Welcome.')]
    for (const oldest of calls.keys()) if (calls.size >= maxConversations) calls.delete(oldest)
    calls.set(id, { id, customer, step: 'consent', isProven: false })
    const question = 'Welcome to the bank. May we record this call? Press 1 for yes, 2 for no.'
    return [commands.answer(), commands.gather({ num_digits: 1, prompts: [{ say: question }] })]
  }

  /** Without a clear yes nothing is recorded. */
  function consented(call: Conversation, digits: string): CallCommand[] {
    call.step = 'menu'
    const isYes = digits === '1'
    const noted: CallCommand = {
      type: 'consent',
      action: 'assert',
      party: 'caller',
      answer: isYes ? 'given' : 'refused',
    }
    return [noted, ...(isYes ? [commands.record()] : []), ...goOn()]
  }

  function choose(call: Conversation, digits: string): Answer {
    switch (digits) {
      case '1':
        return on.grant(call, 'balance')
      case '2':
        return on.grant(call, 'transfer')
      case '3':
        return on.grant(call, 'bill')
      case '0':
        return handOff('Of course.')
      default:
        return [say('Sorry, I did not get that.'), ...goOn()]
    }
  }

  async function proved(call: Conversation, token: string | undefined): Promise<CallCommand[]> {
    const { wish } = call
    delete call.wish
    call.isProven = token !== undefined && (await bank.isAccessCode(call.customer, token).catch(() => false))
    if (calls.get(call.id) !== call) return [] // the caller hung up meanwhile
    return call.isProven && wish !== undefined ? on.grant(call, wish) : handOff('I could not verify you.')
  }

  /** Only what was charged, and what nobody knows of, keeps a bill from being open. */
  function paid({ call_id, outcome, reference }: EventOf<'call.paid'>['data']): CallCommand[] {
    const isUnknown = outcome === 'unknown'
    const state = outcome === 'succeeded' ? 'paid' : 'open'
    if (reference !== undefined && !isUnknown) bank.noteBill(reference, call_id, state)
    if (outcome === 'succeeded')
      return [say('Thank you, your bill is paid.'), ...goOn('The caller has paid their bill.')]
    return handOff(isUnknown ? 'I cannot see yet whether you have paid.' : 'The payment did not go through.')
  }

  /**
   * A payment that ended before it was sent is not told once the call is over, and news may come in any order: the gateway's record says what
   * was sent. Of what that does not know yet `payment.settled` will tell. Without an answer this throws, and the gateway tells the call's end again.
   */
  async function ended(id: string): Promise<void> {
    const bill = calls.get(id)?.bill
    const states = bill === undefined ? [] : await bank.paymentsOf(id, bill)
    calls.delete(id)
    if (bill === undefined) return
    if (states.includes('succeeded')) bank.noteBill(bill, id, 'paid')
    else if (states.every((state) => isFree.has(state))) bank.noteBill(bill, id, 'open')
  }

  return {
    'call.incoming': ({ data }) => begin(data.call_id, data.from),
    'call.gathered': ({ data }) =>
      known(data.call_id, (call) =>
        call.step === 'consent' ? consented(call, data.digits) : choose(call, data.digits),
      ),
    'call.tool': ({ data }) => {
      const call = calls.get(data.call_id)
      return call === undefined
        ? answerTool({ error: 'nobody is there' })
        : useTool(bank, on, call, data.tool.name)
    },
    'call.collected': ({ data }) =>
      known(data.call_id, (call) =>
        proved(call, data.fields.find(({ name }) => name === 'access_code')?.token),
      ),
    'call.verified': ({ data }) =>
      known(data.call_id, () =>
        data.result === 'mismatch' ? handOff('I could not verify you.') : on.askCode(),
      ),
    'call.paid': ({ data }) => paid(data),
    'payment.settled': ({ data }) => {
      if (data.reference !== undefined)
        bank.noteBill(data.reference, data.call_id, data.outcome === 'succeeded' ? 'paid' : 'open')
    },
    'call.dialed': ({ data }) =>
      data.outcome === 'answered'
        ? [commands.hangup()]
        : [say('Nobody is free. Please call again later.'), commands.hangup()],
    'call.ended': ({ data }) => ended(data.call_id),
  }
}
