import { commands, type CallCommand } from '@voxkeep/sdk'
import type { Bank } from './bank.ts'

/** What a caller may ask for once they proved who they are. */
export type Wish = 'balance' | 'transfer' | 'bill'

/** Where a call is: what the next keys mean. */
export interface Conversation {
  readonly id: string
  readonly customer: string
  step: 'consent' | 'menu'
  isProven: boolean
  /** What goes on once the caller proved who they are. */
  wish?: Wish
  /** The bill that this call took to have it paid. */
  bill?: string
}

export interface Steps {
  /** Goes on talking: with the model, which is told what happened meanwhile, or by keys. */
  goOn(happened?: string): CallCommand[]
  handOff(why: string): CallCommand[]
  /** Does it where the caller proved who they are; asks that first where they did not: by their voice, where they agreed to that. */
  grant(call: Conversation, wish: Wish): Promise<CallCommand[]>
  askCode(): CallCommand[]
}

export const say = (text: string): CallCommand => commands.say(text)

/** As it is said aloud. */
export function money(minor: number): string {
  const [dollars, cents] = [Math.floor(minor / 100), minor % 100]
  return cents === 0 ? `${dollars} dollars` : `${dollars} dollars and ${cents} cents`
}

const menu = commands.gather({
  num_digits: 1,
  prompts: [
    {
      say: 'For your balance press 1. For a transfer press 2. To pay your bill press 3. To talk with somebody press 0.',
    },
  ],
})

/** What a call can be told to do next. The gateway does it; nothing here hears a word or a key. */
export function steps(bank: Bank): Steps {
  function goOn(happened = ''): CallCommand[] {
    if (bank.agent === undefined) return [menu]
    // Keys take over where the model is away, or has said goodbye.
    return [commands.agent(bank.agent, { options: { call_instructions: happened } }), menu]
  }

  const handOff = (why: string): CallCommand[] => [
    say(`${why} I am connecting you.`),
    commands.dial(bank.desk),
  ]

  /**
   * The code is keyed in where nobody hears it: what comes to this app is a token. A lone `collect` would leave the model connected, if deaf; what
   * begins with words ends its stream.
   */
  function askCode(): CallCommand[] {
    const prompt_url = 'say:Please key in its six digits.'
    const code = { field: 'digits' as const, name: 'access_code', min_digits: 6, max_digits: 6, prompt_url }
    return [
      say('For that I need your access code.'),
      commands.collect([code], { purposes: ['step-up'], attempts: 3 }),
    ]
  }

  /** A voice alone opens nothing: what it can do is have the caller connected with people before they are asked for a code. */
  function stepUp(call: Conversation, wish: Wish): CallCommand[] {
    call.wish = wish
    const voice = bank.voiceOf?.(call.customer)
    if (voice === undefined) return askCode()
    const prompts = [{ say: 'Tell me in a sentence what you are calling about.' }]
    const options = { consent: 'given' as const, consent_source: voice.consent, prompts }
    return [commands.verify(voice.subject, options)]
  }

  function tellBalance(customer: string): CallCommand[] {
    const balance = say(`Your balance is ${money(bank.balance(customer))}.`)
    return [balance, ...goOn('The caller proved who they are, and was told their balance.')]
  }

  async function transfer(customer: string): Promise<CallCommand[]> {
    try {
      const { amount, payee } = await bank.transfer(customer)
      const done = `${money(amount)} to ${payee}.`
      return [say(`Done: ${done}`), ...goOn(`The caller proved who they are, and sent ${done}`)]
    } catch {
      return handOff('The transfer did not go through.')
    }
  }

  /** The bill is this call's before a card is asked for: payments of two calls are never one to the gateway, whatever their keys. */
  function payBill(call: Conversation): CallCommand[] {
    const bill = bank.takeBill(call.customer, call.id)
    if (bill === undefined) return [say('You have no open bill.'), ...goOn('The caller has no open bill.')]
    const { amount, reference } = bill
    call.bill = reference
    const asking = (text: string) => ({ prompt_url: `say:${text}` })
    const fields = {
      'card-number': asking('Please key in your card number.'),
      'card-expiry': asking('The month and year it expires, two digits each.'),
      'card-code': asking('And its security code.'),
    }
    const options = { amount_minor: amount, currency: 'usd', reference, idempotency_key: reference, fields }
    return [say(`Your bill is ${money(amount)}.`), commands.pay(bank.provider, options)]
  }

  async function grant(call: Conversation, wish: Wish): Promise<CallCommand[]> {
    if (!call.isProven) return stepUp(call, wish)
    switch (wish) {
      case 'balance':
        return tellBalance(call.customer)
      case 'transfer':
        return transfer(call.customer)
      case 'bill':
        return payBill(call)
    }
  }

  return { goOn, handOff, grant, askCode }
}
