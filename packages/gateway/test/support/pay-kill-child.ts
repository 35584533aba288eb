import { readFileSync } from 'node:fs'
import { Secret } from '#kernel'
import { paymentsOf, type PayKillPlace } from './pay-kill-place.ts'

/** Pays twice at once and waits for answers that never come; killed meanwhile. The card comes by standard input, as nothing else may hold it. */
const place = JSON.parse(process.env['VOXKEEP_PAY_KILL'] ?? '') as PayKillPlace
const { number, code } = JSON.parse(readFileSync(0, 'utf8')) as { number: string; code: string }
const digits = (text: string) => new Secret(new Uint8Array(Buffer.from(text)))
const { payments, request } = await paymentsOf(place)
process.stdout.write('paying\n')
const card = {
  number: digits(number),
  expiry: { month: 3, year: 2031 },
  code: digits(code),
  postalCode: undefined,
}
const { signal } = new AbortController()
await Promise.all([1, 2].map((nth) => payments.pay('cards', request({ kind: 'card', card }, nth), signal)))
process.stdout.write('answered\n')
