import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { analyse } from './analysis.ts'
import type { Language } from './contract.ts'
import { findDates } from './dates.ts'
import { lexicon } from './lexicon.ts'
import { fold, scan } from './scan.ts'
import { findSpokenEmails } from './spoken-email.ts'

interface Case {
  readonly language: Language
  readonly kind: 'telephone' | 'cardinal' | 'electronic' | 'date'
  readonly spoken: string
  readonly written: string
  readonly gap?: string
}

const file = new URL('../../../spec/vectors/pii/nemo-spoken.json', import.meta.url)
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: readonly Case[] }

function alphanumeric(text: string): string {
  return fold(text).replace(/[^a-z0-9]/g, '')
}

function read({ language, kind, spoken }: Case): string | undefined {
  const words = lexicon(language)
  const analysis = analyse(scan(spoken, language, words), words)
  switch (kind) {
    case 'electronic':
      return findSpokenEmails(analysis)[0]?.value
    case 'date':
      return findDates(analysis)[0]?.value
    case 'telephone':
    case 'cardinal':
      return analysis.runs
        .flatMap((run) => run.pieces.map((piece) => piece.text))
        .join('')
        .toLowerCase()
  }
}

describe("numbers as NVIDIA's inverse normalisation reads them", () => {
  for (const one of cases) {
    test(`${one.language} ${one.kind}: «${one.spoken}»`, { expectFailure: one.gap ?? false }, () => {
      const isText = one.kind === 'electronic' || one.kind === 'date'
      assert.equal(read(one), isText ? one.written : alphanumeric(one.written))
    })
  }
})
