import { z } from 'zod'
import { file } from './config-values.ts'

/** What may be given to whoever hears, or speaks, for us: by kind of data, so that a policy can say what goes where. */
export const dataClasses = ['public', 'internal', 'personal', 'health', 'payment', 'biometric'] as const
export type DataClass = (typeof dataClasses)[number]

export const dataClassList = z.array(z.enum(dataClasses)).min(1)

export const trainingOptOut = z.boolean().default(false)
export const optOutWords =
  'Whether it is agreed with whoever runs it that nothing is kept for training; asked of it on the wire too, where its protocol can'

/** A program on this machine sends nothing away by itself. */
export const programOptOut = z
  .boolean()
  .default(true)
  .describe('Nothing leaves this machine, unless the program sends it')

/** What is asked of whoever answers at an address. */
export const trusted = {
  caFile: file.optional().describe('Authorities to trust for it, instead of the system’s'),
  spkiPins: z
    .array(z.string().regex(/^[A-Za-z0-9+/]{43}=$/))
    .default([])
    .describe('Base64 SHA-256 of the public keys to accept'),
}
