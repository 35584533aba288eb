import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fine, warning, type Examination } from './contract.ts'

/** Can the built-in voice speak? It is a program that a machine has or has not. */
export const speaks = (path: string): Examination => ({
  about: 'voices',
  async examine({ voices }) {
    const isBuiltIn = voices.length === 0
    if (!isBuiltIn) return []
    const places = path.split(delimiter).map((folder) => join(folder, 'espeak-ng'))
    const found = await Promise.all(
      places.map((place) =>
        access(place, constants.X_OK).then(
          () => true,
          () => false,
        ),
      ),
    )
    return [
      found.includes(true)
        ? fine('voices', 'espeak-ng speaks the words of `say`')
        : warning(
            'voices',
            'there is no espeak-ng: `say` says nothing',
            'Install it (Debian: apt-get install espeak-ng), or name a voice under voices (docs/voices.md).',
          ),
    ]
  },
})
