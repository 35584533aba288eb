import { placeCall } from '@voxkeep/softphone'
import type { GatewayProcess } from './gateway-process.ts'
import { recordedSides } from './recorded.ts'
import { sayWhen } from './say-when.ts'
import { matchSpeech } from './speech.ts'
import { spoken } from './spoken.ts'

const speech = spoken(5)
/** What the calls of `recordCall` say, as signed 16-bit samples. */
export const callSpeech = speech

/** Calls an app that records and echoes, speaks for five seconds, more than a store is asked for at first, and gives the recording’s id once it is sealed. */
export async function recordCall(
  gateway: GatewayProcess,
  name: string,
  from = '+12025550142',
  /** Done when the call has been recorded for four seconds. */
  during: (call: string) => Promise<unknown> = async () => {},
): Promise<string> {
  const call = gateway.app.call(name)
  const hangUp = new AbortController()
  const calling = placeCall({
    host: '127.0.0.1',
    port: gateway.sipPort,
    ca: gateway.deployment.caPem,
    from,
    to: name,
    speech: sayWhen(call.stream(), speech),
    signal: hangUp.signal,
  })
  await (await call.stream()).heard(4)
  await during(await call.id())
  await (await call.stream()).heard(6.5)
  hangUp.abort()
  await calling
  const { recording_id: id } = await call.told('recording.completed')
  await call.told('call.ended')
  return String(id)
}

/** Whether the API gives out a recording, and it is of a call of `recordCall`. */
export async function isHeard({ api }: Pick<GatewayProcess, 'api'>, id: string): Promise<boolean> {
  const [caller] = await recordedSides(api, id)
  return matchSpeech(speech, caller).heard > 0.7
}
