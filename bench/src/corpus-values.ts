import type { Language, PiiType } from '@voxkeep/pii'
import { withAbaCheck, withDniLetter, withIbanCheck, withLuhn, withNhsCheck } from './corpus-checksums.ts'
import { dayOfMonth, germanMonthOrdinal, months, year } from './corpus-number-words.ts'
import type { Dice } from './corpus-random.ts'
import { anyReading, speakDigits, spell } from './corpus-spoken.ts'

/** One value in both its forms. */
export interface Value {
  readonly written: string
  readonly spoken: string
}

export type MakeValue = (language: Language, dice: Dice) => Value

/** Cuts digits into groups of these lengths; what is left is the last group. */
function grouped(digits: string, lengths: readonly number[], separator: string): string {
  const groups: string[] = []
  let at = 0
  for (const length of lengths) {
    if (at >= digits.length) break
    groups.push(digits.slice(at, at + length))
    at += length
  }
  if (at < digits.length) groups.push(digits.slice(at))
  return groups.join(separator)
}

const read = (digits: string, language: Language, dice: Dice) =>
  speakDigits(digits, language, dice, anyReading(language, dice))

const card: MakeValue = (language, dice) => {
  const [prefix, length] = dice.pick([
    ['4', 16],
    ['4', 16],
    ['51', 16],
    ['55', 16],
    ['2221', 16],
    ['34', 15],
    ['37', 15],
    ['6011', 16],
    ['36', 14],
    ['3528', 16],
  ] as const)
  const digits = withLuhn(prefix + withZeros(dice, length - 1 - prefix.length))
  const groups = length === 15 ? [4, 6, 5] : length === 14 ? [4, 6, 4] : [4, 4, 4, 4]
  return {
    written: grouped(digits, dice.chance(0.3) ? [] : groups, dice.pick([' ', ' ', '-'])),
    spoken: read(digits, language, dice),
  }
}

const withZeros = (dice: Dice, count: number) =>
  Array.from({ length: count }, () => String(dice.below(10))).join('')

const ssn: MakeValue = (language, dice) => {
  const area = 1 + dice.below(898)
  const digits = [
    String(area === 666 ? 665 : area).padStart(3, '0'),
    String(1 + dice.below(99)).padStart(2, '0'),
    String(1 + dice.below(9999)).padStart(4, '0'),
  ]
  return {
    written: digits.join(dice.pick(['-', '-', ' ', ''])),
    spoken: read(digits.join(''), language, dice),
  }
}

const phones: Readonly<Record<Language, (dice: Dice) => readonly string[]>> = {
  en: (dice) => {
    const npa = `${2 + dice.below(8)}${dice.below(9)}${dice.below(10)}`
    const [area, exchange, line] = [npa, `${2 + dice.below(8)}${withZeros(dice, 2)}`, withZeros(dice, 4)]
    return dice.pick([
      [`(${area}) ${exchange}-${line}`],
      [`${area}-${exchange}-${line}`],
      [`${area}.${exchange}.${line}`],
      [`+1 ${area} ${exchange} ${line}`],
      [`${area}${exchange}${line}`],
      [`1-${area}-${exchange}-${line}`],
      [`07${withZeros(dice, 3)} ${withZeros(dice, 6)}`],
      [`+44 20 7${withZeros(dice, 3)} ${withZeros(dice, 4)}`],
    ])
  },
  es: (dice) =>
    dice.pick([
      [`6${withZeros(dice, 2)} ${withZeros(dice, 3)} ${withZeros(dice, 3)}`],
      [`91 ${withZeros(dice, 3)} ${withZeros(dice, 2)} ${withZeros(dice, 2)}`],
      [`+34 6${withZeros(dice, 2)} ${withZeros(dice, 2)} ${withZeros(dice, 2)} ${withZeros(dice, 2)}`],
    ]),
  de: (dice) =>
    dice.pick([
      [`0${dice.pick(['151', '160', '170', '171', '172', '175', '176', '179'])} ${withZeros(dice, 8)}`],
      [`0${dice.pick(['30', '40', '89', '69', '221'])} ${dice.digits(7)}`],
      [`+49 ${dice.pick(['151', '170', '176'])} ${withZeros(dice, 8)}`],
      [`0${dice.pick(['30', '40', '89'])}/${dice.digits(8)}`],
    ]),
  fr: (dice) =>
    dice.pick([
      [
        `0${1 + dice.below(7)} ${Array.from({ length: 4 }, () => withZeros(dice, 2)).join(dice.pick([' ', '.']))}`,
      ],
      [`+33 6 ${Array.from({ length: 4 }, () => withZeros(dice, 2)).join(' ')}`],
    ]),
  hi: (dice) =>
    dice.pick([
      [`${6 + dice.below(4)}${withZeros(dice, 4)} ${withZeros(dice, 5)}`],
      [`+91 ${6 + dice.below(4)}${withZeros(dice, 4)} ${withZeros(dice, 5)}`],
    ]),
}
const plus: Readonly<Record<Language, string>> = { en: 'plus', es: 'más', de: 'plus', fr: 'plus', hi: 'plus' }

const phone: MakeValue = (language, dice) => {
  const written = phones[language](dice)[0] ?? ''
  const reading = anyReading(language, dice)
  const groups = written.match(/\d+/g) ?? []
  const said =
    reading === 'pairs'
      ? groups.map((group) => speakDigits(group, language, dice, 'pairs')).join(' ')
      : speakDigits(groups.join(''), language, dice, reading)
  return { written, spoken: written.startsWith('+') ? `${plus[language]} ${said}` : said }
}

const iban: MakeValue = (language, dice) => {
  const letters = (count: number) =>
    Array.from({ length: count }, () => dice.pick(Array.from('ABCDEFGHJKLMNPRSTUVWXYZ'))).join('')
  const value = dice.pick([
    () => withIbanCheck('DE', withZeros(dice, 18)),
    () => withIbanCheck('ES', withZeros(dice, 20)),
    () => withIbanCheck('FR', withZeros(dice, 23)),
    () => withIbanCheck('GB', letters(4) + withZeros(dice, 14)),
    () => withIbanCheck('NL', letters(4) + withZeros(dice, 10)),
    () => withIbanCheck('AT', withZeros(dice, 16)),
  ])()
  return {
    written: dice.chance(0.6) ? (value.match(/.{1,4}/g) ?? []).join(' ') : value,
    spoken: spell(value, language, dice),
  }
}

const account: MakeValue = (language, dice) => {
  const digits = dice.digits(7 + dice.below(5))
  const letters = dice.chance(0.25) ? dice.pick(['AC', 'PL', 'K', 'CX', 'MB']) : ''
  return {
    written: letters + (letters !== '' && dice.chance(0.5) ? '-' : '') + digits,
    spoken: spell(letters + digits, language, dice),
  }
}

const bankAccount: MakeValue = (language, dice) => {
  const digits = dice.digits(8 + dice.below(5))
  return { written: digits, spoken: read(digits, language, dice) }
}

const bankRouting: MakeValue = (language, dice) => {
  const digits = withAbaCheck(`0${1 + dice.below(9)}${withZeros(dice, 6)}`)
  return { written: digits, spoken: read(digits, language, dice) }
}

const cardCode: MakeValue = (language, dice) => {
  const digits = withZeros(dice, dice.chance(0.2) ? 4 : 3)
  return { written: digits, spoken: speakDigits(digits, language, dice, 'digits') }
}

const cardExpiry: MakeValue = (language, dice) => {
  const [month, shortYear] = [1 + dice.below(12), 26 + dice.below(8)]
  const two = String(month).padStart(2, '0')
  const spoken = `${speakDigits(two, language, dice, 'digits')} ${speakDigits(String(shortYear), language, dice, 'pairs')}`
  return { written: dice.pick([`${two}/${shortYear}`, `${two}/20${shortYear}`]), spoken }
}

const pin: MakeValue = (language, dice) => {
  const digits = withZeros(dice, dice.pick([4, 4, 6]))
  return { written: digits, spoken: speakDigits(digits, language, dice, 'digits') }
}

const dateOfBirth: MakeValue = (language, dice) => {
  const [day, month, full] = [1 + dice.below(28), 1 + dice.below(12), 1935 + dice.below(73)]
  const [dd, mm] = [String(day).padStart(2, '0'), String(month).padStart(2, '0')]
  const name = months[language][month - 1] ?? ''
  const ordinal = dayOfMonth(day, language)
  const said = year(full, language)
  switch (language) {
    case 'en':
      return {
        written: dice.pick([
          `${mm}/${dd}/${full}`,
          `${month}/${day}/${full}`,
          `${full}-${mm}-${dd}`,
          `${name} ${day}, ${full}`,
          `${day} ${name} ${full}`,
          `${mm}-${dd}-${full}`,
        ]),
        spoken: dice.pick([
          `${name} ${ordinal} ${said}`,
          `the ${ordinal} of ${name} ${said}`,
          `${speakDigits(mm, 'en', dice, 'digits')} ${speakDigits(dd, 'en', dice, 'digits')} ${speakDigits(String(full), 'en', dice, 'digits')}`,
          `${speakDigits(String(month), 'en', dice, 'pairs')} ${speakDigits(String(day), 'en', dice, 'pairs')} ${said}`,
        ]),
      }
    case 'de':
      return {
        written: dice.pick([`${dd}.${mm}.${full}`, `${day}.${month}.${full}`, `${day}. ${name} ${full}`]),
        spoken: dice.pick([`${ordinal} ${name} ${said}`, `${ordinal} ${germanMonthOrdinal(month)} ${said}`]),
      }
    case 'es':
      return {
        written: dice.pick([`${dd}/${mm}/${full}`, `${day} de ${name} de ${full}`, `${dd}-${mm}-${full}`]),
        spoken: `${ordinal} de ${name} de ${said}`,
      }
    case 'fr':
      return {
        written: dice.pick([`${dd}/${mm}/${full}`, `${day} ${name} ${full}`, `${dd}.${mm}.${full}`]),
        spoken: `${ordinal} ${name} ${said}`,
      }
    case 'hi':
      return {
        written: dice.pick([`${dd}/${mm}/${full}`, `${day} ${name} ${full}`]),
        spoken: `${ordinal} ${name} ${said}`,
      }
  }
}

const nationalId: MakeValue = (language, dice) => {
  if (language === 'es') {
    const written = withDniLetter(dice.digits(8))
    return { written, spoken: spell(written, 'es', dice) }
  }
  let nhs = withNhsCheck(dice.digits(9))
  while (nhs === undefined) nhs = withNhsCheck(dice.digits(9))
  return { written: dice.chance(0.7) ? grouped(nhs, [3, 3, 4], ' ') : nhs, spoken: read(nhs, language, dice) }
}

const ipAddress: MakeValue = (_language, dice) => {
  const parts = Array.from({ length: 4 }, () => String(1 + dice.below(254)))
  return { written: parts.join('.'), spoken: parts.map((part) => Array.from(part).join(' ')).join(' dot ') }
}

/** What makes each structured type. `person`, `address` and their like are in `corpus-people.ts`. */
export const structuredValues = {
  card,
  ssn,
  phone,
  iban,
  account,
  'date-of-birth': dateOfBirth,
  'bank-account': bankAccount,
  'bank-routing': bankRouting,
  'card-code': cardCode,
  'card-expiry': cardExpiry,
  pin,
  'national-id': nationalId,
  'ip-address': ipAddress,
} as const satisfies Partial<Record<PiiType, MakeValue>>
