import { badParameter } from './twilio-error.ts'
import type { TwilioForm } from './twilio-form.ts'

/** Milliseconds, the first included and the last not. */
export interface TimeRange {
  readonly fromMs: number
  readonly untilMs: number
}

const dayMs = 86_400_000

/**
 * What `Name`, `Name<` and `Name>` say together: a day, or a moment. Twilio's `<` and `>` mean “at or before” and “at or after”.
 * Throws `TwilioError` for what is neither.
 */
export function timeRange(form: TwilioForm, name: string): TimeRange {
  const [on, before, after] = [name, `${name}<`, `${name}>`].map((each) => spanOf(each, form.text(each)))
  const fromMs = Math.max(on?.fromMs ?? -Infinity, after?.fromMs ?? -Infinity)
  const untilMs = Math.min(on?.untilMs ?? Infinity, before?.untilMs ?? Infinity)
  return { fromMs, untilMs }
}

export function isWithin({ fromMs, untilMs }: TimeRange, at: Date | null): boolean {
  if (fromMs === -Infinity && untilMs === Infinity) return true
  return at !== null && at.getTime() >= fromMs && at.getTime() < untilMs
}

function spanOf(name: string, text: string | undefined): TimeRange | undefined {
  if (text === undefined) return undefined
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text)
  const isMoment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/.test(text)
  const fromMs = isDay || isMoment ? Date.parse(text) : NaN
  if (Number.isNaN(fromMs)) throw badParameter(name, 'must be YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ')
  return { fromMs, untilMs: fromMs + (isDay ? dayMs : 1_000) }
}
