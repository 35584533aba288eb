import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Language } from '#contract'
import { scan } from '#scan'
import { nameRecognisers } from './recogniser.ts'

const [names] = nameRecognisers()

function found(text: string, language: Language = 'en'): string[] {
  assert.ok(names)
  return names
    .find(scan(text, language))
    .toSorted((a, b) => a.start - b.start)
    .map(({ type, start, end }) => `${type}: ${text.slice(start, end)}`)
}

type Case = readonly [text: string, ...found: string[]]

function finds(what: string, language: Language, cases: readonly Case[]): void {
  test(`nameRecognisers() finds ${what}`, () => {
    for (const [text, ...expected] of cases) assert.deepEqual(found(text, language), expected, text)
  })
}

finds('who says its name, as speech is heard', 'en', [
  ['my name is zebedee penhaligon and i lost my card', 'person: zebedee penhaligon'],
  ['my my name uh is is grace young', 'person: grace young'],
  ['hi this is priya okafor calling about my bill', 'person: priya okafor'],
  ['this is hunter speaking', 'person: hunter'],
  ['you can reach me or my husband rob at home', 'person: rob'],
  ['good morning mr baker how are you', 'person: baker'],
  ['thank you mrs van buren', 'person: van buren'],
  ['i spoke with rhys a garcia', 'person: rhys a garcia'],
  ['please ask jennifer', 'person: jennifer'],
  ['then ask oberhuber about it', 'person: oberhuber'],
])

finds('names where capitals are written', 'en', [
  ['Yesterday Željko told Teresa.', 'person: Željko', 'person: Teresa'],
  ['Mohmad R. Vizirov wrote the letter.', 'person: Mohmad R. Vizirov'],
  ['Destiny: I will do it.', 'person: Destiny'],
  ['We met Jan Novak there.', 'person: Jan Novak'],
])

finds('names that are spelled', 'en', [
  ['the last name is spelled S M I T H', 'person: S M I T H'],
  ['it is spelled s as in sierra m as in mike i t h', 'person: s as in sierra m as in mike i t h'],
])

finds('no name in plain words', 'en', [
  ['i am happy that this is over'],
  ['will you bill me or is it free of charge'],
  ['she said she would mark it as paid'],
  ['this is crystal clear to me'],
  ['I left a voicemail and the wifi is still down.'],
  ['There’ll be a fee, I’m told.'],
  ['the camera is blurry'],
  ['my name is on the account'],
])

finds('addresses as they are said', 'en', [
  [
    'i live at twelve forty five north main street apartment four b springfield illinois six two seven oh one',
    'address: twelve forty five north main street apartment four b springfield illinois six two seven oh one',
  ],
  [
    'ship it to four two five south hill street mobile oregon please',
    'address: four two five south hill street mobile oregon',
  ],
  ['we live on maple avenue', 'address: maple avenue'],
  [
    'sure it is nine oh two west sycamore apartment twelve lansing michigan',
    'address: nine oh two west sycamore apartment twelve lansing michigan',
  ],
])

finds('addresses as they are written', 'en', [
  [
    'It is at 1245 N Main St., Apt 4B, Springfield, IL 62701.',
    'address: 1245 N Main St., Apt 4B, Springfield, IL 62701',
  ],
  ['Write to PO Box 1225, Dayton.', 'address: PO Box 1225, Dayton'],
  ['Send it to 14 Church Lane, Leeds LS1 4AP please.', 'address: 14 Church Lane, Leeds LS1 4AP'],
])

finds('no address in plain words', 'en', [
  ['it is a twenty minute drive from here'],
  ['they won four games in a row and lost in court'],
  ['turn left after two miles and go straight'],
  ['room 12 on floor 3'],
])

finds('places, companies and illnesses', 'en', [
  ['i live in peoria', 'location: peoria'],
  ['i was born in mobile', 'location: mobile'],
  ['my mobile is broken'],
  ['I work for Harper & Lowe LLP.', 'organisation: Harper & Lowe LLP'],
  ['this is mary from first national bank', 'person: mary', 'organisation: first national bank'],
  ['We hired Davis, Reynolds and Williamson.', 'organisation: Davis, Reynolds and Williamson'],
  ['i have type two diabetes and take lisinopril', 'health: type two diabetes', 'health: lisinopril'],
  ['they gave me zanubrutinib after the lumpectomy', 'health: zanubrutinib', 'health: lumpectomy'],
])

finds('names and addresses in German', 'de', [
  ['ich heiße silke grabowski', 'person: silke grabowski'],
  ['Guten Tag, hier ist Jürgen Öztürk.', 'person: Jürgen Öztürk'],
  ['spreche ich mit frau lang', 'person: lang'],
  ['das tut mir leid herr pichler nennen sie mir ihre adresse', 'person: pichler'],
  [
    'ich wohne in der berliner straße sechsundvierzig in leipzig',
    'address: berliner straße sechsundvierzig in leipzig',
  ],
  ['Die Anschrift ist Hauptstraße 12, 80331 München.', 'address: Hauptstraße 12, 80331 München'],
  ['Ich habe die Rechnung bezahlt.'],
  ['Das war im Jahr 2013.'],
  ['Wir treffen uns Am Markt 3 in Leipzig.', 'address: Am Markt 3 in Leipzig'],
])

finds('names and addresses in Spanish', 'es', [
  ['me llamo maría garcía lópez', 'person: maría garcía lópez'],
  ['vivo en calle nueva treinta y ocho en sevilla', 'address: calle nueva treinta y ocho en sevilla'],
  ['Mi dirección es Calle Mayor 12, 3º B, 28013 Madrid.', 'address: Calle Mayor 12, 3º B, 28013 Madrid'],
])

finds('names and addresses in French', 'fr', [
  ['je m’appelle céline dubois', 'person: céline dubois'],
  ['j’habite soixante-seize avenue victor hugo à lyon', 'address: soixante-seize avenue victor hugo à lyon'],
  ['Mon adresse est 12, rue de la Paix, 75002 Paris.', 'address: 12, rue de la Paix, 75002 Paris'],
])

finds('names and addresses in romanised Hindi', 'hi', [
  ['mera naam sunita agarwal hai', 'person: sunita agarwal'],
  ['mera pata makan number barah gandhi nagar indore hai', 'address: makan number barah gandhi nagar indore'],
])

/** Any UTF-16, halves of pairs included; fast-check's own takes a second to set up. */
const anyText = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units))

test('nameRecognisers() tells places within the text, in no matter what text and language', () => {
  const words = fc.constantFrom(
    ...'my name is mr street 12 twelve avenue apt rue calle straße in of and St. , . \n O’Brien S M I T H bank inc new york the a é 👋 İ'.split(
      ' ',
    ),
  )
  const text = fc.oneof(
    anyText,
    fc.array(words, { maxLength: 40 }).map((all) => all.join(' ')),
  )
  const language = fc.constantFrom<Language>('en', 'es', 'de', 'fr', 'hi')
  const property = fc.property(text, language, (text, language) => {
    for (const { start, end, confidence } of names?.find(scan(text, language)) ?? []) {
      assert.ok(start >= 0 && start < end && end <= text.length)
      assert.ok(confidence > 0 && confidence <= 1)
    }
  })
  fc.assert(property, { numRuns: 120 })
})

test('nameRecognisers() finds a name after its cue whatever comes before it', () => {
  const before = fc.array(fc.constantFrom('well', 'okay', 'so', 'the', 'bill', 'is', 'late', '12'), {
    maxLength: 12,
  })
  const property = fc.property(before, (words) => {
    const text = [...words, 'my name is quentin zbrowski'].join(' ')
    assert.ok(found(text).includes('person: quentin zbrowski'))
  })
  fc.assert(property, { numRuns: 100 })
})

test('nameRecognisers() does work that grows with the text and not faster', () => {
  // Every word begins a phrase, a number or a street: what a quadratic look-back would be lost in.
  const text = (count: number) => 'my name is 12 north hill street of the van de la new '.repeat(count)
  const looked = (count: number) => {
    let reads = 0
    const doc = scan(text(count), 'en')
    const tokens = new Proxy(doc.tokens, {
      get(target, key, receiver) {
        reads += 1
        return Reflect.get(target, key, receiver) as unknown
      },
    })
    names?.find({ ...doc, tokens })
    return reads
  }
  assert.ok(looked(400) < 2.2 * looked(200))
})
