import type { ActionOptions, EventsAddress, Key } from './commands-call.ts'

/** What can be asked for by keys. A `card-code` and a `pin` are never kept: the app only hears that they came. */
export type CollectKind =
  | 'card-number'
  | 'card-expiry'
  | 'card-code'
  | 'postal-code'
  | 'pin'
  | 'ssn'
  | 'bank-account'
  | 'bank-routing'
  | 'account'
  | 'date'
  | 'digits'

/** What can be wrong with what was keyed in. */
export type CollectFault =
  | 'too-short'
  | 'too-long'
  | 'luhn'
  | 'brand'
  | 'expired'
  | 'not-a-date'
  | 'checksum'
  | 'pattern'
  | 'mismatch'
  | 'not-confirmed'
  | 'timeout'
  | 'declined'

export type CardBrand =
  | 'visa'
  | 'mastercard'
  | 'amex'
  | 'discover'
  | 'diners-club'
  | 'mir'
  | 'rupay'
  | 'jcb'
  | 'unionpay'
  | 'maestro'

export interface CollectPrompts {
  prompt_url?: string
  /** Other prompts for some occasions: the first that fits is played instead. */
  prompts?: { url: string; fault?: CollectFault; attempt?: number; brand?: CardBrand }[]
  /** Have it keyed in twice. */
  repeat?: boolean
  repeat_prompt_url?: string
  /** Have it confirmed: 1 takes it, 2 asks again. */
  confirm?: boolean
  confirm_prompt_url?: string
}

export interface CollectField extends CollectPrompts {
  field: CollectKind
  /** What the app calls it; default: the kind, with underscores. */
  name?: string
  min_digits?: number
  max_digits?: number
  /** For `account` and `digits`: shapes that it may have, `#` for any digit, such as `7####|80####`. */
  pattern?: string
  /** For `date`. Default `MMDDYYYY`. */
  date_format?: 'MMDDYYYY' | 'DDMMYYYY' | 'YYYYMMDD' | 'MMYY' | 'MMYYYY' | 'MMDD' | 'DDMM'
  /** For `card-number`: brands that are taken. */
  cards?: CardBrand[]
}

export interface RoomOptions extends ActionOptions {
  /** Where what becomes of it is told. */
  events?: EventsAddress
  /** `agent`: whoever the caller talks with stays in the conversation and hears no key. Default `caller`: they hear nothing. */
  mode?: 'caller' | 'agent'
  /** With `mode: agent`: whether they hear what the caller says. */
  agent?: 'speech' | 'muted'
  /** What takes the place of a key. */
  mask?: 'silence' | 'beep'
  /** Empty, this and the other two: none. */
  finish_on_key?: Key | ''
  cancel_key?: Key | ''
  clear_key?: Key | ''
  timeout_ms?: number
  /** How often a field may be keyed in. Default 3. */
  attempts?: number
  /** The longest that all of it may take. */
  limit_ms?: number
}

export interface CollectOptions extends RoomOptions {
  /** What the tokens may be used for. */
  purposes?: string[]
  /** `shaped`: a token of a card looks like one, and never passes its check digit. */
  token_shape?: 'random' | 'shaped'
  token_ttl_ms?: number
}

export type PayFieldKind =
  | 'card-number'
  | 'card-expiry'
  | 'card-code'
  | 'postal-code'
  | 'bank-account'
  | 'bank-routing'

export interface PayOptions extends RoomOptions {
  /** Asks for a field only when `commands.capturePay()` names it, and pays only on `commands.completePay()`. */
  stepwise?: boolean
  /** `tell`: when it is over the app is not asked how to go on, and told with the event `call.paid`. */
  on_end?: 'ask' | 'tell'
  method?: 'card' | 'bank'
  /** In the smallest unit of the currency; without it the provider only keeps the method. */
  amount_minor?: number
  currency?: string
  description?: string
  /** Goes to the provider: an order number. Nothing personal. */
  reference?: string
  /** Two payments of a call with one key are one payment. */
  idempotency_key?: string
  cards?: CardBrand[]
  security_code?: boolean
  postal_code?: boolean
  min_postal_code_digits?: number
  bank_account_type?: 'checking' | 'savings' | 'business'
  /** How each field is asked for. */
  fields?: Partial<Record<PayFieldKind, CollectPrompts>>
  processing_url?: string
  succeeded_url?: string
  declined_url?: string
  failed_url?: string
  /** Keeps the number as a token of the gateway's vault too, for these purposes. */
  purposes?: string[]
  token_shape?: 'random' | 'shaped'
}
