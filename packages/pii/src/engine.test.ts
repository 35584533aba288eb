import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { createEngine, languages } from './engine.ts'
import { piiTypes, type Language } from './contract.ts'
import { PiiError } from './custom.ts'

/** What `unit: 'binary'` draws from; that would make a table of all million characters first. */
const anyCharacter = fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point).toWellFormed())

const engine = createEngine({ types: piiTypes.filter((type) => type !== 'date') })

function check(language: Language, cases: Readonly<Record<string, string>>): void {
  for (const [text, expected] of Object.entries(cases))
    test(`${language}: ${text}`, () => assert.equal(engine.redact(text, { language }).text, expected))
}

describe('redact() hides written values', () => {
  check('en', {
    'my card is 4111 1111 1111 1111, expiry 12/27, code 123':
      'my card is [CARD], expiry [CARD-EXPIRY], code [CARD-CODE]',
    'card 4111-1111-1111-1112 was declined': 'card [CARD] was declined',
    'pay 378282246310005 now': 'pay [CARD] now',
    'card ending in 4242': 'card ending in [CARD]',
    'SSN 078-05-1120.': 'SSN [SSN].',
    'last four of your social? 1120': 'last four of your social? [SSN]',
    'call (415) 555-0132 or +44 20 7946 0958': 'call [PHONE] or [PHONE]',
    'fax 345-899-3560x4587': 'fax [PHONE]',
    'call me on 01.84.17.61.18': 'call me on [PHONE]',
    'a screen of 1920x1080': 'a screen of 1920x1080',
    'iban GB82 WEST 1234 5698 7654 32': 'iban [IBAN]',
    'sort code 20-00-00, account 12345678': 'sort code [BANK-ROUTING], account [BANK-ACCOUNT]',
    'routing number 021000021': 'routing number [BANK-ROUTING]',
    'nhs number 943 476 5919': 'nhs number [NATIONAL-ID]',
    'my passport is C01X00T47': 'my passport is [NATIONAL-ID]',
    'policy number AB-1234567': 'policy number [ACCOUNT]',
    'from 192.168.0.40 and 2001:db8::1': 'from [IP-ADDRESS] and [IP-ADDRESS]',
    'see https://example.org/a?b=1.': 'see [URL].',
    'write to john.smith+x@example.co.uk, please': 'write to [EMAIL], please',
    'postcode SW1A 1AA': 'postcode [POSTAL-CODE]',
    'born 04/07/1982': 'born [DATE-OF-BIRTH]',
    'my password is Tr0ub4dor&3, thanks': 'my password is [PASSWORD], thanks',
    'one time code 482910': 'one time code [PIN]',
    'ref 1234 5678 9012 3456 7890': 'ref [ACCOUNT]',
  })
  check('es', {
    'mi dni es 12345678Z': 'mi dni es [NATIONAL-ID]',
    'nací el 4 de julio de 1982': 'nací el [DATE-OF-BIRTH]',
  })
  check('de', {
    'Steuer-ID 86095742719': 'Steuer-ID [NATIONAL-ID]',
    'geboren am 4. Juli 1982': 'geboren am [DATE-OF-BIRTH]',
  })
  check('fr', { 'ma sécu : 255081416802538': 'ma sécu : [NATIONAL-ID]', 'le 06 12 34 56 78': 'le [PHONE]' })
  check('hi', {
    'आधार 9999 4105 7058': 'आधार [NATIONAL-ID]',
    'कार्ड नंबर ४१११ ११११ ११११ ११११': 'कार्ड नंबर [CARD]',
  })
})

describe('redact() hides spoken values', () => {
  check('en', {
    'it is four one one one uh one one one one one one one one one one one one': 'it is [CARD]',
    'four triple one double one double one um one one one one no sorry one one one one': '[CARD]',
    'the card is for one one one to two': 'the card is [CARD]',
    'ssn is seven double nine one two three double one three': 'ssn is [SSN]',
    'my number is five five five oh one three two': 'my number is [PHONE]',
    'account number forty five twelve oh nine double seven': 'account number [BANK-ACCOUNT]',
    'the cvv is three two i mean three one': 'the cvv is [CARD-CODE]',
    'the code is three nine won': 'the code is [CARD-CODE]',
    'cvv ate three eight': 'cvv [CARD-CODE]',
    'G B eight two W E S T one two three four five six nine eight seven six five four three two': '[IBAN]',
    'I was born on the fourth of july nineteen eighty two': 'I was born on [DATE-OF-BIRTH]',
    'dob zero four twelve nineteen ninety': 'dob [DATE-OF-BIRTH]',
    'my email is j o h n underscore four two at my company dot co dot uk': 'my email is [EMAIL]',
    'the ip is one ninety two dot one six eight dot o dot forty': 'the ip is [IP-ADDRESS]',
    'my code is w as in whiskey four two': 'my code is w as in whiskey four two',
    'my member id is w as in whiskey four two seven': 'my member id is [ACCOUNT]',
    'expires december twenty seven': 'expires [CARD-EXPIRY]',
    '4 double 1 one 1 1 1 1 triple 1 1 1 1 1 1': '[CARD]',
  })
  check('es', {
    'mi tarjeta es cuatro uno uno uno, uno uno uno uno, perdón, uno uno uno uno': 'mi tarjeta es [CARD]',
    'mi teléfono es seis doce treinta y cuatro cincuenta y seis setenta y ocho': 'mi teléfono es [PHONE]',
  })
  check('de', {
    'meine Nummer ist null eins sieben sechs einundzwanzig vierunddreißig fünfzig':
      'meine Nummer ist [PHONE]',
    'geboren am elfter zweiter neunzehnhundertzweiundachtzig': 'geboren am [DATE-OF-BIRTH]',
  })
  check('fr', {
    'mon numéro est zéro six douze quatre-vingt-dix-sept trente-quatre soixante et onze':
      'mon numéro est [PHONE]',
  })
  check('hi', {
    'mera number nau aath saat chhe paanch chaar teen do ek shunya hai': 'mera number [PHONE] hai',
    'मेरा नंबर नौ आठ सात छह पाँच चार तीन दो एक शून्य है': 'मेरा नंबर [PHONE] है',
  })
})

describe('redact() leaves what is not sensitive', () => {
  for (const text of [
    'I paid $1,234,567.89 for 12 rooms in 2019 and 2020',
    'in 2019, 2020, and 2021 we sold 100, 200, 300 units',
    'room 1204 and about one thousand two hundred people',
    'between nine and five, for two or three days',
    'it costs forty nine dollars and ninety nine cents',
    'version 10.2.33, page 1500, at 10:30',
    'password is not working, so reset it',
    'we won the game too, I ate at four',
    'meet me at home, dot your eyes',
  ])
    test(text, () => assert.equal(engine.redact(text, { language: 'en' }).text, text))
})

test('find() says what was said in its written form', () => {
  const [card] = engine.find('card number four triple one one one one one, one one one one one one one one')
  assert.deepEqual([card?.type, card?.detail, card?.value], ['card', 'visa', '4111111111111111'])
  assert.equal(engine.find('geboren am 4. Juli 1982', { language: 'de' })[0]?.value, '1982-07-04')
})

test('find() lets allowed values be, however they are written', () => {
  const own = createEngine({ allow: ['+1 415 555 0132', 'help@example.com'] })
  assert.equal(
    own.redact('call (415) 555-0199 or +1 (415) 555-0132, or help@example.com').text,
    'call [PHONE] or +1 (415) 555-0132, or help@example.com',
  )
})

test('redact() asks the function that it is given', () => {
  const { text } = engine.redact('card 4111111111111111', {
    placeholder: ({ value }) => `<${value?.slice(-4)}>`,
  })
  assert.equal(text, 'card <1111>')
})

test('createEngine() refuses a language that it does not know', () => {
  assert.throws(() => createEngine({ languages: ['xx' as Language] }), PiiError)
})

test('find() looks for the types that it is told', () => {
  const cards = createEngine({ types: ['card'] })
  assert.equal(
    cards.redact('card 4111111111111111, call (415) 555-0132').text,
    'card [CARD], call (415) 555-0132',
  )
})

const nasty = fc.constantFrom(
  ...'one for to double hundred thousand no sorry scratch that uh 1 12 4111 07/04 card number ssn cvv iban GB82 a b WEST at dot com @ july fourth nineteen , - . + ( \n $ password is born le vingt quatre y und einundzwanzig mil सौ एक'.split(
    ' ',
  ),
)
const text = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 120 }),
  fc.array(nasty, { maxLength: 60 }).map((list) => list.join(' ')),
)

test('find() never throws, and its findings are inside the text, sorted and disjoint', () => {
  fc.assert(
    fc.property(text, fc.constantFrom(...languages), (given, language) => {
      let at = 0
      for (const { start, end, confidence } of engine.find(given, { language })) {
        assert.ok(start >= at && end > start && end <= given.length && confidence >= 0.5 && confidence <= 1)
        at = end
      }
    }),
    { numRuns: 150 },
  )
})

const names = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
const forms: readonly ((digits: string) => string)[] = [
  (digits) => digits,
  (digits) => digits.replace(/(....)(?=.)/g, '$1 '),
  (digits) => digits.replace(/(....)(?=.)/g, '$1-'),
  (digits) => digits.split('').join(' '),
  (digits) =>
    digits
      .split('')
      .map((one) => names[Number(one)])
      .join(' '),
  (digits) =>
    digits
      .split('')
      .map((one) => names[Number(one)])
      .join(', '),
  (digits) =>
    digits
      .replace(/(.)\1/g, ' double $1 ')
      .replace(/\d/g, (one) => ` ${names[Number(one)]} `)
      .trim(),
  (digits) =>
    digits
      .split('')
      .map((one) => names[Number(one)])
      .join(' ')
      .replace(/ (\w+)$/, ' uh $1'),
]
const leads = ['my card number is', 'yes, the card is', 'card:', 'okay so']

test('redact() leaves nothing of a card, in whatever form it was given', () => {
  const digits = fc.stringMatching(/^4[0-9]{15}$/)
  fc.assert(
    fc.property(digits, fc.constantFrom(...forms), fc.constantFrom(...leads), (card, form, lead) => {
      const { text: out } = engine.redact(`${lead} ${form(card)} and thank you`, { language: 'en' })
      const left = out.toLowerCase()
      assert.ok(!/\d/.test(left) && names.every((name) => !left.split(/\W+/).includes(name)), out)
    }),
    { numRuns: 120 },
  )
})
