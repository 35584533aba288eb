import { commands, type CallCommand, type WebhookHandlers } from '@voxkeep/sdk'

/** What the assistant needs of the bank. */
export interface Bank {
  /** Whose number it is; undefined: nobody's. A number alone proves nothing: it decides whom to ask, not what they may do. */
  customerOf(number: string): string | undefined
  /** In minor units. */
  balance(customer: string): number
  /** Whether this token holds the customer's access code. */
  isAccessCode(customer: string, token: string): Promise<boolean>
  /** Sends the standing amount to the saved payee. Throws when it cannot. */
  transfer(customer: string): Promise<{ readonly amount: number; readonly payee: string }>
  /** What the customer's open bill comes to. */
  bill(customer: string): { readonly amount: number; readonly reference: string }
  /** Where people sit who can help. */
  readonly desk: string
  /** The payment provider of the gateway's configuration. */
  readonly provider: string
}

/** Where a call is: what the next keys mean. */
interface Conversation {
  readonly customer: string
  step: 'consent' | 'menu' | 'step-up'
  isProven: boolean
}

const maxConversations = 10_000 // more than a gateway holds; the oldest go
const say = (text: string) => commands.say(text)
const money = (minor: number) => `${Math.floor(minor / 100)} dollars and ${minor % 100} cents`

const menu = commands.gather({
  num_digits: 1,
  prompts: [
    {
      say: 'For your balance press 1. For a transfer press 2. To pay your bill press 3. To talk with somebody press 0.',
    },
  ],
})

/** A telephone bank: consent first, balance, a transfer after a step-up, a bill paid by card, and people when it gets difficult. */
export function assistant(bank: Bank): WebhookHandlers {
  const calls = new Map<string, Conversation>()
  const handOff = (why: string): CallCommand[] => [
    say(`${why} I am connecting you.`),
    commands.dial(bank.desk),
  ]
  const known = (id: string, then: (call: Conversation) => CallCommand[] | Promise<CallCommand[]>) => {
    const call = calls.get(id)
    return call === undefined ? handOff('Sorry, I lost the thread.') : then(call)
  }

  function begin(id: string, number: string): CallCommand[] {
    const customer = bank.customerOf(number)
    if (customer === undefined) return [commands.answer(), ...handOff('Welcome.')]
    for (const oldest of calls.keys()) if (calls.size >= maxConversations) calls.delete(oldest)
    calls.set(id, { customer, step: 'consent', isProven: false })
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
    return [noted, ...(isYes ? [commands.record()] : []), menu]
  }

  function choose(call: Conversation, digits: string): CallCommand[] | Promise<CallCommand[]> {
    const { customer } = call
    switch (digits) {
      case '1':
        return [say(`Your balance is ${money(bank.balance(customer))}.`), menu]
      case '2':
        return call.isProven ? transfer(customer) : stepUp(call)
      case '3':
        return payBill(customer)
      case '0':
        return handOff('Of course.')
      default:
        return [say('Sorry, I did not get that.'), menu]
    }
  }

  /** The code is keyed in where nobody hears it: what comes to this app is a token. */
  function stepUp(call: Conversation): CallCommand[] {
    call.step = 'step-up'
    const prompt_url = 'say:Please key in your six-digit access code.'
    const code = { field: 'digits' as const, name: 'access_code', min_digits: 6, max_digits: 6, prompt_url }
    return [commands.collect([code], { purposes: ['step-up'], attempts: 3 })]
  }

  async function transfer(customer: string): Promise<CallCommand[]> {
    try {
      const { amount, payee } = await bank.transfer(customer)
      return [say(`Done: ${money(amount)} to ${payee}.`), menu]
    } catch {
      return handOff('The transfer did not go through.')
    }
  }

  function payBill(customer: string): CallCommand[] {
    const { amount, reference } = bank.bill(customer)
    const asking = (text: string) => ({ prompt_url: `say:${text}` })
    const fields = {
      'card-number': asking('Please key in your card number.'),
      'card-expiry': asking('The month and year it expires, two digits each.'),
      'card-code': asking('And its security code.'),
    }
    const options = { amount_minor: amount, currency: 'usd', reference, idempotency_key: reference, fields }
    return [say(`Your bill is ${money(amount)}.`), commands.pay(bank.provider, options)]
  }

  return {
    'call.incoming': ({ data }) => begin(data.call_id, data.from),
    'call.gathered': ({ data }) =>
      known(data.call_id, (call) =>
        call.step === 'consent' ? consented(call, data.digits) : choose(call, data.digits),
      ),
    'call.collected': ({ data }) =>
      known(data.call_id, async (call) => {
        call.step = 'menu'
        const token = data.fields.find(({ name }) => name === 'access_code')?.token
        call.isProven = token !== undefined && (await bank.isAccessCode(call.customer, token))
        return call.isProven ? transfer(call.customer) : handOff('I could not verify you.')
      }),
    'call.paid': ({ data }) =>
      known(data.call_id, () =>
        data.outcome === 'succeeded'
          ? [say('Thank you, your bill is paid.'), menu]
          : handOff('The payment did not go through.'),
      ),
    'call.dialed': ({ data }) =>
      data.outcome === 'answered'
        ? [commands.hangup()]
        : [say('Nobody is free. Please call again later.'), commands.hangup()],
    'call.ended': ({ data }) => void calls.delete(data.call_id),
  }
}
