import type { FieldSeal } from './open-database.ts'

/** Stands in for the keys in tests of this folder: reversible, bound to its tenant and context, and unlike the text. */
export const toySeal: FieldSeal = {
  seal: (tenant, text, context) => Buffer.from(`${tenant} ${context}\0${text}`).toString('base64'),
  open(tenant, sealed, context) {
    const [place, ...text] = Buffer.from(sealed, 'base64').toString().split('\0')
    if (place !== `${tenant} ${context}`)
      throw new Error(`sealed for ${place}, opened for ${tenant} ${context}`)
    return text.join('\0')
  },
}
