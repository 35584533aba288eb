import type { Language, PiiType } from '@voxkeep/pii'
import { belowHundred } from './corpus-number-words.ts'
import { pools, type Part } from './corpus-pools.ts'
import type { Dice } from './corpus-random.ts'
import { anyReading, speakDigits } from './corpus-spoken.ts'
import type { Value } from './corpus-values.ts'

export type MakeWords = (language: Language, dice: Dice, part: Part) => Value

const person: MakeWords = (language, dice, part) => {
  const { given, family } = pools[part][language]
  const first = dice.pick(given)
  const last = dice.pick(family)
  const shape = dice.below(10)
  if (shape < 6) return said(`${first} ${last}`)
  if (shape < 7 && language === 'es') return said(`${first} ${last} ${dice.pick(family)}`)
  if (shape < 8 && language === 'en') {
    const initial = dice.pick(Array.from('ABCDEFGHJKLMNPRSTW'))
    return { written: `${first} ${initial}. ${last}`, spoken: `${first} ${initial} ${last}` }
  }
  return said(first)
}

const fullName: MakeWords = (language, dice, part) =>
  said(`${dice.pick(pools[part][language].given)} ${dice.pick(pools[part][language].family)}`)

const familyName: MakeWords = (language, dice, part) => said(dice.pick(pools[part][language].family))

function said(name: string): Value {
  return { written: name, spoken: name }
}

/** A name letter by letter, as it is spelled out on request: `S M I T H`, `s as in sierra m as in mike`. */
const spelled: MakeWords = (language, dice, part) => {
  const letters = Array.from(dice.pick(pools[part][language].family).replace(/[^\p{L}]/gu, ''))
  const words = letters.map((letter) => letter.toUpperCase())
  return { written: words.join('-'), spoken: words.join(' ') }
}

interface AddressParts {
  readonly street: string
  readonly city: string
  readonly dice: Dice
}

const streetTypes = [
  ['Street', 'St'],
  ['Avenue', 'Ave'],
  ['Road', 'Rd'],
  ['Drive', 'Dr'],
  ['Lane', 'Ln'],
  ['Court', 'Ct'],
  ['Boulevard', 'Blvd'],
  ['Way', 'Way'],
] as const
const states = [
  ['Illinois', 'IL'],
  ['Texas', 'TX'],
  ['California', 'CA'],
  ['Ohio', 'OH'],
  ['New York', 'NY'],
  ['Florida', 'FL'],
  ['Oregon', 'OR'],
  ['North Carolina', 'NC'],
] as const

/** A house number as it is said: `twelve forty five`, `one two four five`, `twelve`. */
function houseNumber(number: string, language: Language, dice: Dice): string {
  if (number.length <= 2) return belowHundred(Number(number), language)
  if (language === 'en' || language === 'fr')
    return speakDigits(number, language, dice, dice.chance(0.7) ? 'pairs' : 'digits')
  return speakDigits(number, language, dice, 'digits')
}

function english({ street, city, dice }: AddressParts): Value {
  const number = dice.digits(1 + dice.below(4))
  const direction = dice.chance(0.2) ? `${dice.pick(['North', 'South', 'East', 'West'])} ` : ''
  const [type, short] = dice.pick(streetTypes)
  const unit = dice.chance(0.3) ? dice.pick(['Apartment', 'Unit', 'Suite']) : ''
  const unitNumber = dice.digits(1 + dice.below(2))
  const [state, code] = dice.pick(states)
  const zip = dice.digits(5)
  const line = `${number} ${direction}${street} ${dice.chance(0.5) ? type : short}`
  const saidLine = `${houseNumber(number, 'en', dice)} ${direction}${street} ${type}`
  const withUnit = unit === '' ? '' : `, ${unit} ${unitNumber}`
  const saidUnit = unit === '' ? '' : ` ${unit} ${houseNumber(unitNumber, 'en', dice)}`
  const saidZip = speakDigits(zip, 'en', dice, 'digits')
  return dice.pick([
    {
      written: `${line}${withUnit}, ${city}, ${code} ${zip}`,
      spoken: `${saidLine}${saidUnit} ${city} ${state} ${saidZip}`,
    },
    { written: `${line}${withUnit}, ${city}, ${state}`, spoken: `${saidLine}${saidUnit} ${city} ${state}` },
    { written: `${line}${withUnit}`, spoken: `${saidLine}${saidUnit}` },
    { written: `${line}, ${city}`, spoken: `${saidLine} in ${city}` },
  ])
}

function german({ street, city, dice }: AddressParts): Value {
  const number = String(1 + dice.below(199))
  const code = dice.digits(5)
  const saidNumber = houseNumber(number, 'de', dice)
  return dice.pick([
    {
      written: `${street} ${number}, ${code} ${city}`,
      spoken: `${street} ${saidNumber} ${speakDigits(code, 'de', dice, 'digits')} ${city}`,
    },
    { written: `${street} ${number} in ${city}`, spoken: `${street} ${saidNumber} in ${city}` },
    { written: `${street} ${number}`, spoken: `${street} ${saidNumber}` },
  ])
}

function french({ street, city, dice }: AddressParts): Value {
  const type = dice.pick(['rue', 'avenue', 'boulevard', 'place', 'chemin'])
  const number = String(1 + dice.below(99))
  const code = dice.digits(5)
  const saidNumber = houseNumber(number, 'fr', dice)
  return dice.pick([
    {
      written: `${number} ${type} ${street}, ${code} ${city}`,
      spoken: `${saidNumber} ${type} ${street} ${speakDigits(code, 'fr', dice, anyReading('fr', dice))} ${city}`,
    },
    {
      written: `${number}, ${type} ${street} à ${city}`,
      spoken: `${saidNumber} ${type} ${street} à ${city}`,
    },
    { written: `${number} ${type} ${street}`, spoken: `${saidNumber} ${type} ${street}` },
  ])
}

function spanish({ street, city, dice }: AddressParts): Value {
  const type = dice.pick(['calle', 'avenida', 'plaza', 'paseo'])
  const number = String(1 + dice.below(99))
  const code = dice.digits(5)
  const saidNumber = houseNumber(number, 'es', dice)
  const upper = `${type.charAt(0).toUpperCase()}${type.slice(1)}`
  return dice.pick([
    {
      written: `${upper} ${street} ${number}, ${code} ${city}`,
      spoken: `${type} ${street} ${saidNumber} ${speakDigits(code, 'es', dice, 'digits')} ${city}`,
    },
    {
      written: `${upper} ${street}, ${number}, ${1 + dice.below(9)}º B, ${city}`,
      spoken: `${type} ${street} número ${saidNumber} en ${city}`,
    },
    { written: `${upper} ${street} ${number}`, spoken: `${type} ${street} ${saidNumber}` },
  ])
}

function hindi({ street, city, dice }: AddressParts): Value {
  const number = dice.digits(1 + dice.below(3))
  const spoken = `makan number ${speakDigits(number, 'hi', dice, 'digits')} ${street} ${city}`
  return { written: `makan number ${number}, ${street}, ${city}`, spoken }
}

const orders: Readonly<Record<Language, (parts: AddressParts) => Value>> = {
  en: english,
  de: german,
  fr: french,
  es: spanish,
  hi: hindi,
}

const address: MakeWords = (language, dice, part) => {
  const { street, city } = pools[part][language]
  return orders[language]({ street: dice.pick(street), city: dice.pick(city), dice })
}

const providers = ['gmail', 'outlook', 'yahoo', 'icloud', 'proton', 'web'] as const
const dots: Readonly<Record<Language, readonly [at: string, dot: string]>> = {
  en: ['at', 'dot'],
  es: ['arroba', 'punto'],
  de: ['ät', 'punkt'],
  fr: ['arobase', 'point'],
  hi: ['at', 'dot'],
}

const email: MakeWords = (language, dice, part) => {
  const { given, family } = pools[part][language]
  const ascii = (name: string) =>
    name
      .normalize('NFD')
      .replace(/[^\p{L}]/gu, '')
      .replace('ß', 'ss')
      .toLowerCase()
  const [first, last, provider] = [ascii(dice.pick(given)), ascii(dice.pick(family)), dice.pick(providers)]
  const [at, dot] = dots[language]
  const digits = dice.chance(0.3) ? dice.digits(2) : ''
  const saidDigits = digits === '' ? '' : ` ${speakDigits(digits, language, dice, 'digits')}`
  return {
    written: `${first}.${last}${digits}@${provider}.com`,
    spoken: `${first} ${dot} ${last}${saidDigits} ${at} ${provider} ${dot} com`,
  }
}

const postalCode: MakeWords = (language, dice) => {
  if (language === 'en' && dice.chance(0.3)) {
    const [area, district, sector] = [
      dice.pick(['LS', 'M', 'BS', 'SW', 'EH']),
      1 + dice.below(9),
      dice.below(10),
    ]
    const unit = `${dice.pick(Array.from('ABDEFG'))}${dice.pick(Array.from('HJLNPQ'))}`
    const saidAll = Array.from(area).join(' ')
    const digits = [district, sector].map((digit) => speakDigits(String(digit), 'en', dice, 'digits'))
    return {
      written: `${area}${district} ${sector}${unit}`,
      spoken: `${saidAll} ${digits[0]} ${digits[1]} ${Array.from(unit).join(' ')}`,
    }
  }
  const digits = dice.digits(language === 'hi' ? 6 : 5)
  return { written: digits, spoken: speakDigits(digits, language, dice, 'digits') }
}

const fromPool =
  (key: 'city' | 'organisation' | 'health'): MakeWords =>
  (language, dice, part) =>
    said(dice.pick(pools[part][language][key]))

/** What makes each type that consists of words. */
export const wordValues = {
  person,
  'person:full': fullName,
  'person:family': familyName,
  'person:spelled': spelled,
  address,
  email,
  'postal-code': postalCode,
  location: fromPool('city'),
  organisation: fromPool('organisation'),
  health: fromPool('health'),
} as const satisfies Partial<Record<PiiType | `person:${string}`, MakeWords>>
