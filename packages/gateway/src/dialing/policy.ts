import { ConfigError, type AppConfig } from '#kernel'
import { numberFacts } from './number-risk.ts'
import { isTargetPattern, matchesTarget } from './pattern.ts'
import { parseE164, parseTarget, type Target } from './target.ts'
import type { DialRefusal, DialRequest } from './types.ts'

export type DialingConfig = NonNullable<AppConfig['dialing']>

export type Judged =
  | { readonly ok: true; readonly to: string; readonly from: string; readonly rateMicro: number }
  /** `to`: whom it was about, as far as it could be read. */
  | { readonly ok: false; readonly why: DialRefusal; readonly to: string | undefined }

/** Throws `ConfigError` when a pattern says nothing: a rule that can never hold is a mistake. */
export function checkPatterns(app: string, config: DialingConfig): void {
  const lists = { callerIds: config.callerIds, uris: config.uris, transfers: config.transfers }
  const faults = Object.entries(lists).flatMap(([name, patterns]) =>
    patterns
      .filter((pattern) => !isTargetPattern(pattern) || (name === 'callerIds' && pattern.startsWith('sip:')))
      .map((pattern) => `apps.${app}.dialing.${name}: "${pattern}" is no number, prefix or SIP address`),
  )
  if (faults.length > 0) throw new ConfigError(faults)
}

/** Whether an app may call somebody at all, showing that caller; the same for every way to ask. */
export function judge(config: DialingConfig, request: Pick<DialRequest, 'to' | 'from' | 'via'>): Judged {
  const target = parseTarget(request.to)
  if (target === undefined)
    return { ok: false, why: /^sips?:/i.test(request.to) ? 'uri' : 'not-a-number', to: undefined }
  const to = target.kind === 'number' ? target.number : target.uri
  const refuse = (why: DialRefusal) => ({ ok: false, why, to }) as const
  const wrong = target.kind === 'number' ? numberRefusal(config, target.number) : uriRefusal(config, target)
  if (wrong !== undefined) return refuse(wrong)
  const isTransfer = request.via === 'transfer' || request.via === 'refer'
  if (isTransfer && !matchesTarget(config.transfers, target)) return refuse('transfer-target')
  const from = callerId(config, request.from)
  if (from === undefined) return refuse('caller-id')
  const rateMicro = priceOf(config, target)
  return rateMicro === undefined ? refuse('spend') : { ok: true, to, from, rateMicro }
}

function numberRefusal(config: DialingConfig, number: string): DialRefusal | undefined {
  if (config.deny.some((prefix) => number.startsWith(prefix))) return 'denied'
  const { country, isHighRisk } = numberFacts(number)
  if (isHighRisk && !config.allowHighRisk) return 'high-risk'
  const isListed =
    (country !== undefined && config.countries.includes(country)) ||
    config.prefixes.some((prefix) => number.startsWith(prefix))
  return isListed ? undefined : 'country'
}

function uriRefusal(config: DialingConfig, target: Target & { kind: 'uri' }): DialRefusal | undefined {
  if (!matchesTarget(config.uris, target)) return 'uri'
  // A PBX that is given a number may well dial it.
  return target.user.startsWith('+') ? numberRefusal(config, target.user) : undefined
}

/** The caller to show: one that is listed, or the first number of the list. */
function callerId({ callerIds }: DialingConfig, asked: string | undefined): string | undefined {
  const from = parseE164(asked ?? callerIds.find((pattern) => !pattern.endsWith('*')) ?? '')
  if (from === undefined) return undefined
  return matchesTarget(callerIds, { kind: 'number', number: from }) ? from : undefined
}

/** Price of a minute in millionths; undefined when spend is limited and no rate says what this costs. */
function priceOf({ rates, limits, perToken }: DialingConfig, target: Target): number | undefined {
  const number = target.kind === 'number' ? target.number : target.user
  const fitting = rates.filter(({ prefix }) => number.startsWith(prefix))
  const [best] = fitting.toSorted((a, b) => b.prefix.length - a.prefix.length)
  if (best !== undefined) return Math.ceil(best.perMinute * 1_000_000)
  const isLimited = limits.spendPerDay !== undefined || perToken?.spendPerDay !== undefined
  return isLimited && number.startsWith('+') ? undefined : 0
}
