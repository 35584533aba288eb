import type { FieldSeal } from './open-database.ts'

/** Stands in for the vault in tests of this folder: reversible, bound to its context, and unlike the text. */
export const toySeal: FieldSeal = {
  seal: (text, context) => Buffer.from(`${context}\0${text}`).toString('base64'),
  open(sealed, context) {
    const [place, ...text] = Buffer.from(sealed, 'base64').toString().split('\0')
    if (place !== context) throw new Error(`sealed for ${place}, opened for ${context}`)
    return text.join('\0')
  },
}
