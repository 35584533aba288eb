import type { DeclineReason } from '#payment'
import type { FieldCommand, FieldKind, PayCommand } from './commands-collect.ts'

type PayField = keyof PayCommand['fields']

/** What a payment asks for, in this order. */
export function payFields(command: PayCommand): readonly FieldCommand[] {
  if (command.method === 'bank') return [fieldOf(command, 'bank-routing'), fieldOf(command, 'bank-account')]
  return [
    fieldOf(command, 'card-number', command.cards && { cards: command.cards }),
    fieldOf(command, 'card-expiry'),
    ...(command.security_code ? [fieldOf(command, 'card-code')] : []),
    ...(command.postal_code
      ? [fieldOf(command, 'postal-code', { min_digits: command.min_postal_code_digits })]
      : []),
  ]
}

function fieldOf(command: PayCommand, field: PayField, rules: Partial<FieldCommand> = {}): FieldCommand {
  const asked = command.fields[field] ?? { prompts: [], repeat: false, confirm: false }
  return { field, date_format: 'MMDDYYYY', ...asked, ...rules }
}

const all: readonly FieldKind[] = [
  'card-number',
  'card-expiry',
  'card-code',
  'postal-code',
  'bank-account',
  'bank-routing',
]

/** What is asked for again when it was declined; empty: nothing that the payer could key in would help. */
export function fieldsToAskAgain(reason: DeclineReason): readonly FieldKind[] {
  switch (reason) {
    case 'wrong-code':
      return ['card-code']
    case 'wrong-expiry':
      return ['card-expiry']
    case 'wrong-postal-code':
      return ['postal-code']
    case 'wrong-number':
    case 'expired-card':
    case 'card-declined':
    case 'insufficient-funds':
    case 'limit-exceeded':
    case 'not-supported':
      return all // another card, or another account
    case 'suspected-fraud':
    case 'other':
      return []
  }
}
