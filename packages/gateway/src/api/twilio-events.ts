import type { CreateCall } from '#call'
import { badParameter } from './twilio-error.ts'
import type { TwilioForm } from './twilio-form.ts'

/**
 * Where events go that a client named an address for: `Name`, `NameMethod`, and those of `NameEvent`, which may be repeated or have
 * several words. Undefined when there is no address. Throws `TwilioError` for an event that there is not.
 */
export function eventsOf(
  form: TwilioForm,
  name: string,
  native: Readonly<Record<string, readonly string[]>>,
  usual: readonly string[],
): CreateCall['events'] {
  const url = form.url(name, 21_609)
  if (url === undefined) return undefined
  const asked = form.all(`${name}Event`).flatMap((text) => text.split(/[\s,]+/).filter((word) => word !== ''))
  const only = asked.flatMap((word) => {
    const events = Object.hasOwn(native, word) ? native[word] : undefined
    if (events === undefined)
      throw badParameter(`${name}Event`, `must be of ${Object.keys(native).join(', ')}`, 21_626)
    return events
  })
  const wanted = [...new Set(only.length === 0 ? usual : only)]
  return { url, method: form.method(`${name}Method`), only: wanted }
}
