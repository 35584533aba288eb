import { answerTool, type ToolAnswer } from '@voxkeep/sdk'
import type { Bank } from './bank.ts'
import { money, type Conversation, type Steps, type Wish } from './steps.ts'

/**
 * What the model may ask for. It chooses among what the caller could press, and nothing that it writes is believed: neither who calls, nor what is
 * sent to whom. Where a code or a card is wanted it is taken off the line first, so it hears no key.
 */
export async function useTool(
  bank: Bank,
  steps: Steps,
  call: Conversation,
  name: string,
): Promise<ToolAnswer> {
  switch (name) {
    case 'balance':
      return call.isProven
        ? answerTool({ balance: money(bank.balance(call.customer)) })
        : grant('balance', '')
    case 'transfer':
      return grant('transfer', 'under way')
    case 'pay_bill':
      return grant('bill', 'the caller is asked for a card')
    case 'human':
      return answerTool({ state: 'connecting' }, ...steps.handOff('Of course.'))
    default:
      return answerTool({ error: 'there is no such tool' })
  }

  async function grant(wish: Wish, state: string): Promise<ToolAnswer> {
    const told = call.isProven ? state : 'the caller is asked who they are'
    return answerTool({ state: told }, ...(await steps.grant(call, wish)))
  }
}
