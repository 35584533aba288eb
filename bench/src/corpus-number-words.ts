import type { Language } from '@voxkeep/pii'

/** What the digits are called; the first name is the usual one. */
export const digitNames: Readonly<Record<Language, readonly (readonly string[])[]>> = {
  en: [
    ['zero', 'oh', 'o'],
    ['one'],
    ['two'],
    ['three'],
    ['four'],
    ['five'],
    ['six'],
    ['seven'],
    ['eight'],
    ['nine'],
  ],
  es: [['cero'], ['uno'], ['dos'], ['tres'], ['cuatro'], ['cinco'], ['seis'], ['siete'], ['ocho'], ['nueve']],
  de: [
    ['null'],
    ['eins'],
    ['zwei', 'zwo'],
    ['drei'],
    ['vier'],
    ['fünf'],
    ['sechs'],
    ['sieben'],
    ['acht'],
    ['neun'],
  ],
  fr: [['zéro'], ['un'], ['deux'], ['trois'], ['quatre'], ['cinq'], ['six'], ['sept'], ['huit'], ['neuf']],
  hi: [
    ['shunya', 'zero'],
    ['ek'],
    ['do'],
    ['teen'],
    ['char', 'chaar'],
    ['paanch', 'panch'],
    ['chhe', 'chah'],
    ['saat'],
    ['aath'],
    ['nau'],
  ],
}

const split = (words: string) => words.split(' ')
const teens = {
  en: split('ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'),
  es: split('diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve'),
  de: split('zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn'),
  fr: split('dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf'),
  hi: split('das gyarah barah terah chaudah pandrah solah satrah atharah unnis'),
} as const
const tens = {
  en: split('twenty thirty forty fifty sixty seventy eighty ninety'),
  es: split('veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa'),
  de: split('zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig'),
  fr: split('vingt trente quarante cinquante soixante soixante-dix quatre-vingts quatre-vingt-dix'),
  hi: split('bees tees chalis pachas saath sattar assi nabbe'),
} as const
const spanishTwenties = split(
  'veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve',
)

/** A whole number below a hundred. Hindi names all hundred numbers irregularly: what is not a ten or a teen is told digit by digit. */
export function belowHundred(number: number, language: Language): string {
  const unit = digitNames[language][number % 10]?.[0] ?? ''
  if (number < 10) return unit
  if (number < 20) return teens[language][number - 10] ?? ''
  const ten = tens[language][Math.floor(number / 10) - 2] ?? ''
  if (number % 10 === 0) return ten
  switch (language) {
    case 'en':
      return `${ten} ${unit}`
    case 'es':
      return number < 30 ? (spanishTwenties[number - 20] ?? '') : `${ten} y ${unit}`
    case 'de':
      return `${number % 10 === 1 ? 'ein' : unit}und${ten}`
    case 'fr':
      return frenchTens(number)
    case 'hi':
      return `${digitNames.hi[Math.floor(number / 10)]?.[0] ?? ''} ${unit}`
  }
}

function frenchTens(number: number): string {
  const ten = Math.floor(number / 10)
  const unit = number % 10
  if (ten === 7) return unit === 1 ? 'soixante et onze' : `soixante-${teens.fr[unit]}`
  if (ten === 8) return `quatre-vingt-${digitNames.fr[unit]?.[0]}`
  if (ten === 9) return `quatre-vingt-${teens.fr[unit]}`
  const name = tens.fr[ten - 2]
  return unit === 1 ? `${name} et un` : `${name}-${digitNames.fr[unit]?.[0]}`
}

const thousands = { en: 'thousand', es: 'mil', de: 'tausend', fr: 'mille', hi: 'hazaar' } as const
const hundreds = { en: 'hundred', es: 'cien', de: 'hundert', fr: 'cent', hi: 'sau' } as const
const spanishHundreds = split(
  'cien doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos',
)

/** A whole number below ten thousand, as a quantity is said. */
export function quantity(number: number, language: Language): string {
  const joint = language === 'de' ? '' : ' '
  const [thousand, hundred, rest] = [
    Math.floor(number / 1000),
    Math.floor((number % 1000) / 100),
    number % 100,
  ]
  const count = (n: number) => (language === 'de' && n === 1 ? 'ein' : belowHundred(n, language))
  const bare = language === 'es' || language === 'fr'
  const parts: string[] = []
  if (thousand > 0)
    parts.push(
      thousand === 1 && bare ? thousands[language] : `${count(thousand)}${joint}${thousands[language]}`,
    )
  if (hundred > 0) parts.push(hundredsOf(hundred, rest, language, count(hundred)))
  if (rest > 0 || parts.length === 0) parts.push(belowHundred(rest, language))
  return parts.join(joint)
}

function hundredsOf(hundred: number, rest: number, language: Language, count: string): string {
  if (language === 'es') return hundred === 1 && rest > 0 ? 'ciento' : (spanishHundreds[hundred - 1] ?? '')
  if (language === 'fr' && hundred === 1) return hundreds.fr
  return language === 'de' ? `${count}hundert` : `${count} ${hundreds[language]}`
}

/** A year from 1900 to 2029 as people say it. */
export function year(number: number, language: Language): string {
  const rest = number % 100
  switch (language) {
    case 'en':
      if (number >= 2000 && number < 2010)
        return `two thousand ${rest === 0 ? '' : belowHundred(rest, 'en')}`.trim()
      return `${number < 2000 ? 'nineteen' : 'twenty'} ${rest < 10 ? (rest === 0 ? 'hundred' : `oh ${belowHundred(rest, 'en')}`) : belowHundred(rest, 'en')}`
    case 'de':
      return number < 2000
        ? `neunzehnhundert${rest === 0 ? '' : belowHundred(rest, 'de')}`
        : `zweitausend${rest === 0 ? '' : belowHundred(rest, 'de')}`
    case 'es':
    case 'fr':
      return quantity(number, language)
    case 'hi':
      return `${number < 2000 ? 'unnis sau' : 'do hazaar'} ${rest === 0 ? '' : belowHundred(rest, 'hi')}`.trim()
  }
}

export const months: Readonly<Record<Language, readonly string[]>> = {
  en: split('January February March April May June July August September October November December'),
  es: split('enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'),
  de: split('Januar Februar März April Mai Juni Juli August September Oktober November Dezember'),
  fr: split('janvier février mars avril mai juin juillet août septembre octobre novembre décembre'),
  hi: split('January February March April May June July August September October November December'),
}

const englishOrdinals = split(
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth',
)
const germanOrdinals = split('erst zweit dritt viert fünft sechst siebt acht neunt zehnt elft zwölft')

/** A day of the month as it is said before or after its month. */
export function dayOfMonth(day: number, language: Language): string {
  switch (language) {
    case 'en':
      if (day <= 20) return englishOrdinals[day - 1] ?? ''
      if (day === 30) return 'thirtieth'
      return `${day < 30 ? 'twenty' : 'thirty'} ${englishOrdinals[(day % 10) - 1]}`
    case 'de':
      if (day <= 12) return `${germanOrdinals[day - 1]}er`
      return `${belowHundred(day, 'de')}${day < 20 ? 'ter' : 'ster'}`
    case 'fr':
      return day === 1 ? 'premier' : belowHundred(day, 'fr')
    case 'es':
    case 'hi':
      return belowHundred(day, language)
  }
}

/** A month by its number, in German: `der vierte`, as in »zwölfter vierter neunzehnhundertneunzig«. */
export function germanMonthOrdinal(month: number): string {
  return `${germanOrdinals[month - 1]}er`
}
