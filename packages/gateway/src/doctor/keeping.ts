import { fault, fine, type Examination, type Finding } from './contract.ts'
import { messageOf } from './examine.ts'

/** What remembers, opened and closed again; `running`: a gateway has it, and answers. */
export interface Keeping {
  /** Opens database and keys of a gateway that is not running; what it tells is fit for a person. Rejects with why not. */
  open(): Promise<{ readonly database: string; readonly keys: string }>
  /** Reads every secret that the configuration names; rejects with the first that cannot be read. */
  secrets(): Promise<number>
}

/** Secrets, database, key provider. */
export const keeping = (o: Keeping): Examination => ({
  about: 'keeping',
  async examine() {
    const findings: Finding[] = []
    try {
      findings.push(fine('secrets', `${await o.secrets()} references can be read`))
    } catch (error) {
      return [
        fault(
          'secrets',
          messageOf(error),
          'The gateway does not start without it: see docs/secrets.md for the kinds of references.',
        ),
      ]
    }
    try {
      const { database, keys } = await o.open()
      findings.push(fine('database', database), fine('keys', keys))
    } catch (error) {
      findings.push(fault('database', messageOf(error), todoOf(error)))
    }
    return findings
  },
})

function todoOf(error: unknown): string {
  const code = codeOf(error)
  if (code.startsWith('KEY'))
    return 'The key provider refuses or is away: see docs/key-providers.md. Nothing can be sealed or read without it.'
  if (code === 'DB_LOCKED') return 'A gateway has it: stop that, or ask the one that runs.'
  return 'See docs/database.md: is the server there, does its certificate verify, were its tables migrated ("voxkeep migrate")?'
}

function codeOf(error: unknown): string {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth++)
    if ('code' in cause && typeof cause.code === 'string') return cause.code
  return ''
}
