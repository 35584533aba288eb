import { createHash, timingSafeEqual } from 'node:crypto'
import { createClient } from '@voxkeep/sdk'
import { runApp } from '@voxkeep/sdk/node'
import { assistant } from './assistant.ts'
import { openBills } from './bills.ts'
import { describe } from './describe.ts'

const { env } = process
const accessCode = env['BANK_ACCESS_CODE']
if (accessCode === undefined || !/^\d{6}$/.test(accessCode)) {
  console.error('set BANK_ACCESS_CODE to the six digits of the customer’s code')
  process.exit(2)
}
// The gateway's API, with a token that may reveal what was collected for `step-up`, see what became of payments, and nothing else.
const client = createClient({
  baseUrl: env['VOXKEEP_API'] ?? 'https://127.0.0.1:8443',
  token: env['VOXKEEP_TOKEN'] ?? '',
})
const voiceConsent = env['BANK_VOICE_CONSENT']
const digest = (text: string) => createHash('sha256').update(text).digest()
const balances = new Map([['ada', 123_456]])
const bills = openBills('bill-7')

await runApp({
  on: () =>
    assistant({
      customerOf: (number) => (number === (env['BANK_CUSTOMER'] ?? '+12025550143') ? 'ada' : undefined),
      balance: (customer) => balances.get(customer) ?? 0,
      async isAccessCode(_customer, token) {
        const reason = 'the caller asked for what is theirs alone'
        const { value } = await client.vault.reveal(token, { purpose: 'step-up', reason })
        return timingSafeEqual(digest(value), digest(accessCode))
      },
      ...(voiceConsent !== undefined && {
        voiceOf: (customer) => ({ subject: `cust-${customer}`, consent: voiceConsent }),
      }),
      async transfer(customer) {
        balances.set(customer, (balances.get(customer) ?? 0) - 5_000)
        return { amount: 5_000, payee: 'the landlord' }
      },
      takeBill: (_customer, call) =>
        bills.take('bill-7', call) ? { amount: 4_200, reference: 'bill-7' } : undefined,
      noteBill: (reference, call, state) => bills.note(reference, call, state),
      async paymentsOf(callId, reference) {
        const all = await Array.fromAsync(client.payments.list({ callId }))
        return all.filter((payment) => payment.reference === reference).map(({ state }) => state)
      },
      desk: env['BANK_DESK'] ?? '+12025550111',
      provider: env['BANK_PROVIDER'] ?? 'cards',
      ...(env['BANK_AGENT'] !== undefined && { agent: env['BANK_AGENT'] }),
    }),
  onAnswered: (event, answer) => console.log(describe(event, answer)),
})
