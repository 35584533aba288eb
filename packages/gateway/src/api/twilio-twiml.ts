import { callCommands, type CallCommand } from '#call'
import type { AppId } from '#kernel'
import type { ApiDeps } from './deps.ts'
import { TwilioError } from './twilio-error.ts'

/** Twilio's own limit of a document that comes with a request. */
const maxLetters = 4_000

/** A document that came with a request, as commands that may run. Throws `TwilioError` for one that is too long or cannot be carried out. */
export function commandsOfTwiml(
  deps: Pick<ApiDeps, 'twilio'>,
  app: AppId,
  document: string,
): readonly CallCommand[] {
  if (document.length > maxLetters)
    throw new TwilioError(32_018, 400, `Twiml has more than ${maxLetters} characters`)
  const reading = deps.twilio.read(app, document)
  if (!reading.ok) throw new TwilioError(reading.code, 400, reading.message)
  const commands = callCommands.safeParse(reading.actions)
  if (!commands.success) throw new TwilioError(12_200, 400, 'Twiml asks for what cannot be carried out')
  return commands.data
}
