import { createHash, timingSafeEqual } from 'node:crypto'
import { createClient } from '@voxkeep/sdk'
import { runApp } from '@voxkeep/sdk/node'
import { assistant } from './assistant.ts'

// The gateway's API, with a token that may reveal what was collected for `step-up`, and nothing else.
const client = createClient({
  baseUrl: process.env['VOXKEEP_API'] ?? 'https://127.0.0.1:8443',
  token: process.env['VOXKEEP_TOKEN'] ?? '',
})
const digest = (text: string) => createHash('sha256').update(text).digest()
const balances = new Map([['ada', 123_456]])

await runApp({
  on: () =>
    assistant({
      customerOf: (number) =>
        number === (process.env['BANK_CUSTOMER'] ?? '+12025550143') ? 'ada' : undefined,
      balance: (customer) => balances.get(customer) ?? 0,
      async isAccessCode(_customer, token) {
        const { value } = await client.vault.reveal(token, {
          purpose: 'step-up',
          reason: 'a transfer was asked for',
        })
        return timingSafeEqual(digest(value), digest(process.env['BANK_ACCESS_CODE'] ?? ''))
      },
      async transfer(customer) {
        balances.set(customer, (balances.get(customer) ?? 0) - 5_000)
        return { amount: 5_000, payee: 'the landlord' }
      },
      bill: () => ({ amount: 4_200, reference: 'bill-7' }),
      desk: process.env['BANK_DESK'] ?? '+12025550111',
      provider: process.env['BANK_PROVIDER'] ?? 'cards',
    }),
})
