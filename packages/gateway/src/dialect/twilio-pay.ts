import {
  action,
  attribute,
  callback,
  flag,
  given,
  languageOf,
  number,
  schemaWarning,
  warn,
  type TwimlContext,
} from './twilio-context.ts'
import { promptParts } from './twilio-prompts.ts'
import { elementsOf, type XmlElement } from './twilio-xml.ts'

/** A `Pay`: a card or an account is keyed in, where neither app nor stream nor recording can tell, and charged or kept. */
export function payCommand(context: TwimlContext, element: XmlElement): readonly object[] {
  const connector = attribute(element, 'paymentConnector') ?? 'Default'
  const { paymentConnectors } = context.settings
  const provider = Object.hasOwn(paymentConnectors, connector) ? paymentConnectors[connector] : connector
  const amount = attribute(element, 'chargeAmount')
  const currency = (attribute(element, 'currency') ?? 'usd').toUpperCase()
  const minor = amount === undefined ? undefined : minorUnits(amount, currency)
  if (amount !== undefined && minor === undefined) {
    warn(context, schemaWarning, 'Pay: chargeAmount is no amount')
    return []
  }
  const isBank = attribute(element, 'paymentMethod') === 'ach-debit'
  const postal = attribute(element, 'postalCode')
  const attempts = number(context, element, 'maxAttempts', { min: 1, max: 10 })
  const seconds = number(context, element, 'timeout', { min: 1, max: 600 })
  const account = attribute(element, 'bankAccountType')
  const prompts = elementsOf(element).filter(({ name }) => name === 'Prompt')
  return [
    {
      type: 'pay',
      provider,
      method: isBank ? 'bank' : 'card',
      security_code: flag(element, 'securityCode') ?? true,
      // A postal code that the document already knows is not asked for, and this way does not go to the provider either.
      postal_code: postal === undefined ? true : postal === 'true',
      description: attribute(element, 'description')?.slice(0, 200) ?? '',
      ...(minor !== undefined && minor > 0 && { amount_minor: minor, currency }),
      ...given({
        attempts,
        timeout_ms: seconds === undefined ? undefined : seconds * 1_000,
        min_postal_code_digits: number(context, element, 'minPostalCodeLength', { min: 1, max: 10 }),
        bank_account_type:
          account === undefined
            ? undefined
            : account.split('-').at(-1) === 'savings'
              ? 'savings'
              : account.startsWith('commercial')
                ? 'business'
                : 'checking',
        cards: cardsOf(attribute(element, 'validCardTypes')),
        events: callback(context, element, 'statusCallback'),
      }),
      ...soundsOf(context, prompts, languageOf(element)),
      ...action(context, element),
    },
  ]
}

/** An amount such as `20.45` in the smallest unit of its currency; undefined for what is none. */
export function minorUnits(amount: string, currency: string): number | undefined {
  const match = /^(\d{1,9})(?:\.(\d{1,3}))?$/.exec(amount)
  if (match === null) return undefined
  const digits = decimalsOf(currency)
  const [, whole = '', fraction = ''] = match
  if (fraction.replace(/0+$/, '').length > digits) return undefined
  return Number(whole) * 10 ** digits + Number(fraction.padEnd(digits, '0').slice(0, digits) || '0')
}

function decimalsOf(currency: string): number {
  try {
    return (
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ??
      2
    )
  } catch {
    return 2
  }
}

const brands: Readonly<Record<string, string>> = {
  visa: 'visa',
  mastercard: 'mastercard',
  amex: 'amex',
  maestro: 'maestro',
  discover: 'discover',
  jcb: 'jcb',
  'diners-club': 'diners-club',
}

function cardsOf(text: string | undefined): readonly string[] | undefined {
  const known = text?.split(/\s+/).flatMap((name) => brands[name] ?? [])
  return known === undefined || known.length === 0 ? undefined : known
}

const fields: Readonly<Record<string, string>> = {
  'payment-card-number': 'card-number',
  'expiration-date': 'card-expiry',
  'security-code': 'card-code',
  'postal-code': 'postal-code',
  'bank-account-number': 'bank-account',
  'bank-routing-number': 'bank-routing',
}

const sounds: Readonly<Record<string, string>> = {
  'payment-processing': 'processing_url',
  'payment-completed': 'succeeded_url',
  'payment-failed': 'failed_url',
}

const faults: Readonly<Record<string, readonly string[]>> = {
  timeout: ['timeout'],
  'input-timeout': ['timeout'],
  'invalid-card-number': ['luhn', 'too-short', 'too-long'],
  'invalid-card-type': ['brand'],
  'invalid-date': ['expired', 'not-a-date', 'too-short', 'too-long'],
  'invalid-security-code': ['too-short', 'too-long'],
  'invalid-postal-code': ['too-short', 'too-long', 'pattern'],
  'invalid-bank-routing-number': ['checksum', 'too-short', 'too-long'],
  'invalid-bank-account-number': ['too-short', 'too-long'],
  'input-matching-failed': ['mismatch'],
}

interface FieldSound {
  prompt_url?: string
  repeat?: boolean
  prompts: object[]
}

/** What is said on which occasion: `Prompt` children, and in words of ours what they leave out. */
function soundsOf(context: TwimlContext, prompts: readonly XmlElement[], language: object): object {
  const asked: Record<string, FieldSound> = {}
  const played: Record<string, string> = {}
  for (const prompt of prompts) {
    const sound = soundOf(context, prompt)
    for (const what of (attribute(prompt, 'for') ?? '').split(/\s+/)) {
      const field = fields[what]
      const place = sounds[what]
      if (sound === undefined) continue
      if (place !== undefined) played[place] = sound
      if (field !== undefined) addPrompt((asked[field] ??= { prompts: [] }), prompt, sound)
    }
  }
  if (!('language' in language) || String(language.language).startsWith('en'))
    for (const [field, words] of Object.entries(ours))
      (asked[field] ??= { prompts: [] }).prompt_url ??= `say:${words}`
  return { ...played, fields: asked }
}

/** Said where a document, as most do, leaves it to the gateway. */
const ours: Readonly<Record<string, string>> = {
  'card-number': 'Please enter your card number, then press pound.',
  'card-expiry': 'Please enter the expiration date: two digits for the month and two for the year.',
  'card-code': 'Please enter the security code of your card, then press pound.',
  'postal-code': 'Please enter your postal code, then press pound.',
  'bank-account': 'Please enter your account number, then press pound.',
  'bank-routing': 'Please enter your routing number, then press pound.',
}

function addPrompt(field: FieldSound, prompt: XmlElement, url: string): void {
  const errors = (attribute(prompt, 'errorType') ?? '').split(/\s+/).filter((each) => each !== '')
  const attempts = (attribute(prompt, 'attempt') ?? '').split(/\s+/).filter((each) => /^\d$/.test(each))
  const cards = cardsOf(attribute(prompt, 'cardType')) ?? [undefined]
  if (flag(prompt, 'requireMatchingInputs') === true) field.repeat = true
  if (errors.length + attempts.length === 0 && cards[0] === undefined) {
    field.prompt_url = url
    return
  }
  const known = errors.length === 0 ? [undefined] : errors.flatMap((each) => faults[each] ?? [])
  const numbers = attempts.length === 0 ? [undefined] : attempts.map(Number)
  for (const fault of known)
    for (const attempt of numbers)
      for (const brand of cards)
        if (field.prompts.length < 40) field.prompts.push({ url, ...given({ fault, attempt, brand }) })
}

/** One sound for each occasion: the first `Play`, or the words of the `Say`s together. */
function soundOf(context: TwimlContext, prompt: XmlElement): string | undefined {
  const parts = promptParts(context, prompt)
  const play = parts.find((part) => 'play' in part)
  if (play !== undefined) return String(play.play)
  const words = parts.flatMap((part) => ('say' in part ? [String(part.say)] : []))
  if (words.length > 0) return `say:${words.join(' ')}`
  warn(context, schemaWarning, 'Prompt: nothing to play and nothing to say')
  return undefined
}
